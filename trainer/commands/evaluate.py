"""`python -m trainer evaluate`: how well a run ranks, next to simple baselines.

Usage:
    python -m trainer evaluate --run RUN --data DATA
    python -m trainer evaluate --data DATA --baselines_only --format json
"""

import argparse
import contextlib
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from schemas import layout
from schemas.errors import UsageError, UserError
from trainer.evaluation import DEFAULT_RESAMPLES, FEWEST_RESAMPLES
from trainer.learned_from import digests_of
from trainer.runs import METRICS, OWNED, is_read, is_reported, write_json
from trainer.storage.file_systems import connect
from trainer.storage.files import write_remote
from trainer.storage.paths import check_path, is_remote, join

EXAMPLE = "evaluate --run run --data data --split test"

_logger = logging.getLogger(__name__)


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


def run(args: argparse.Namespace) -> int:
    """Measures, prints and writes.

    Args:
      args: what the flags of `add_arguments` gave.

    Returns:
      The exit status, 0.

    Raises:
      UsageError: a flag's value is wrong, or asks for a split that there is not.
      UserError: the run or the data set cannot be used.
    """
    if args.run is None and not args.baselines_only:
        raise UsageError("--run is missing; name a run or add --baselines_only")
    if args.batch_size is not None and args.batch_size < 1:
        raise UsageError(f"--batch_size must be at least 1, got {args.batch_size}")
    if args.resamples < FEWEST_RESAMPLES:
        raise UsageError(
            f"--resamples must be at least {FEWEST_RESAMPLES}, got {args.resamples}"
        )

    for flag in ("run", "data", "output"):
        check_path(flag, getattr(args, flag) or "")

    # Only now: TensorFlow takes seconds, and a wrong flag should not.
    from trainer.quiet import load_tensorflow

    load_tensorflow()
    from trainer.baselines import fit_baselines
    from trainer.data.data_copy import local_data_set, to_measure, to_report
    from trainer.data.data_set import open_data_set
    from trainer.data.training_events import load_training_events
    from trainer.evaluation.bootstrap import Bootstrap
    from trainer.evaluation.evaluation import evaluate
    from trainer.evaluation.held_out import choose_split
    from trainer.evaluation.protocol import Scorer
    from trainer.evaluation.run_scorer import load_run_scorers
    from trainer.evaluation.table import format_table
    from trainer.report.write import report_if_possible
    from trainer.storage.copies import local_copy
    from trainer.storage.mirrors import mirrored

    with contextlib.ExitStack() as stand_ins:
        # Before anything is copied, too; a local one is looked at below.
        if args.output is not None and is_remote(args.output):
            _check_output(args.output)
        if not args.baselines_only:
            stand_ins.enter_context(local_copy(args.run, is_read))
        in_run = args.output is None and not args.baselines_only
        splits = to_report if in_run else to_measure(args.split)
        stand_ins.enter_context(local_data_set(args.data, splits))

        data_set = open_data_set(args.data)
        split = choose_split(data_set, args.split)
        output: str | None = args.output
        scorers: list[Scorer] = []
        if not args.baselines_only:
            scorers += load_run_scorers(args.run, data_set)
            output = output or join(args.run, f"evaluation-{split}.json")
        if output is not None:
            _check_output(output)
        events = load_training_events(data_set)
        scorers += fit_baselines(events)
        with _progress() as report:
            evaluation = evaluate(
                data_set,
                scorers,
                split,
                args.batch_size,
                report,
                item_counts=events.item_counts(),
                bootstrap=Bootstrap(resamples=args.resamples),
            )
        measured_on = {"data": args.data, **digests_of(data_set.manifest)}
        value = {**measured_on, **evaluation.to_json()}
        if args.format == "json":
            print(json.dumps(value, indent=2))
        else:
            print(format_table(evaluation))
        if output is not None:
            _write(output, value)
        if in_run:
            with mirrored(args.run, OWNED, is_reported, last=(METRICS,)):
                report_if_possible(args.run, args.data)
    return 0


def _write(output: str, value: dict[str, Any]) -> None:
    try:
        if is_remote(output):
            write_remote(output, json.dumps(value, indent=2) + "\n")
        else:
            write_json(Path(output), value)
    except OSError as error:
        raise UserError(
            f"{output} cannot be written ({error.strerror}); choose another --output."
        ) from error
    _logger.info("wrote the figures to %s", output)


def _check_output(output: str) -> None:
    """Refuses a file that cannot be written, before anything is measured."""
    if is_remote(output):
        connect(output, "written")
        return
    path = Path(output)
    if not path.parent.is_dir():
        raise UserError(
            f"{path} cannot be written: there is no folder {path.parent}; make it "
            "first."
        )
    if path.is_dir():
        raise UserError(f"{path} is a folder; give --output the name of a file.")


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Yields a reporter that draws a bar for each scorer, on a terminal alone."""
    from rich.console import Console
    from rich.progress import Progress, TaskID

    tasks: dict[str, TaskID] = {}
    console = Console(stderr=True)
    with Progress(
        console=console, transient=True, disable=not console.is_terminal
    ) as progress:

        def report(name: str, ranked: int, targets: int) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(name, total=targets)
            progress.update(tasks[name], completed=ranked)

        yield report
