"""`python -m trainer evaluate`: how well a run ranks, next to simple baselines.

Usage:
    python -m trainer evaluate --run RUN --data DATA
    python -m trainer evaluate --data DATA --baselines_only --format json
"""

import argparse
from dataclasses import dataclass

from schemas import layout
from schemas.errors import UsageError
from trainer.evaluation import DEFAULT_RESAMPLES, FEWEST_RESAMPLES
from trainer.evaluation.checks import check_batch_size
from trainer.storage.paths import check_path

EXAMPLE = "evaluate --run run --data data --split test"


@dataclass(frozen=True)
class EvaluateOptions:
    """What to measure, on what.

    Attributes:
      data: the folder of the data set.
      run: the folder of the run; None where baselines alone are measured.
      split: eval or test; None for test where there is one, else eval.
      baselines_only: whether the run is left out, if one is named.
      format: how to print, `table` or `json`.
      output: where to write the figures; None for the run's folder.
      batch_size: targets scored at a time; None chooses by the catalogue's size.
      resamples: how often users are drawn anew for the intervals.

    Raises:
      UsageError: a value is wrong.
    """

    data: str
    run: str | None = None
    split: str | None = None
    baselines_only: bool = False
    format: str = "table"
    output: str | None = None
    batch_size: int | None = None
    resamples: int = DEFAULT_RESAMPLES

    def __post_init__(self) -> None:
        if self.run is None and not self.baselines_only:
            raise UsageError("--run is missing; name a run or add --baselines_only")
        check_batch_size(self.batch_size)
        if self.resamples < FEWEST_RESAMPLES:
            raise UsageError(
                f"--resamples must be at least {FEWEST_RESAMPLES}, got {self.resamples}"
            )
        for flag in ("run", "data", "output"):
            check_path(flag, getattr(self, flag) or "")

    @property
    def measured_run(self) -> str | None:
        """The run that is measured; None for none."""
        return None if self.baselines_only else self.run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `evaluate`."""
    files = parser.add_argument_group("files")
    files.add_argument(
        "--run",
        metavar="RUN",
        help="the folder that `train` wrote; needed but with --baselines_only",
    )
    files.add_argument(
        "--data",
        required=True,
        metavar="DATA",
        help="the data set that the run was trained on",
    )
    measured = parser.add_argument_group("what to measure")
    measured.add_argument(
        "--split",
        choices=(layout.EVAL, layout.TEST),
        help="the split to measure on (default: test where there is one, else eval)",
    )
    measured.add_argument(
        "--baselines_only",
        action="store_true",
        help="measure the baselines alone; --run may be left out",
    )
    shown = parser.add_argument_group("output")
    shown.add_argument(
        "--format",
        choices=("table", "json"),
        default="table",
        help="how to print (default: %(default)s)",
    )
    shown.add_argument(
        "--output",
        metavar="FILE.json",
        help="where to write the figures (default: RUN/evaluation-<split>.json; those "
        "of --baselines_only are only printed)",
    )
    measured.add_argument(
        "--batch_size",
        type=int,
        metavar="HISTORIES",
        help="histories scored at a time; memory grows with it times the number of "
        "items (default: chosen by that number)",
    )
    measured.add_argument(
        "--resamples",
        type=int,
        default=DEFAULT_RESAMPLES,
        metavar="TIMES",
        help="how often users are drawn anew for the 95 %% intervals (default: "
        "%(default)s)",
    )


def options(args: argparse.Namespace) -> EvaluateOptions:
    """Returns what the flags of `add_arguments` ask for.

    Raises:
      UsageError: a flag's value is wrong.
    """
    return EvaluateOptions(
        data=args.data,
        run=args.run,
        split=args.split,
        baselines_only=args.baselines_only,
        format=args.format,
        output=args.output,
        batch_size=args.batch_size,
        resamples=args.resamples,
    )
