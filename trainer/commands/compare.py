"""`python -m trainer compare`: several models and baselines in one table.

Usage:
    python -m trainer compare --data DATA --output FOLDER --configs quick mine.json \
        --seeds 0,1,2
    python -m trainer compare --data DATA --output FOLDER --runs RUN RUN --split eval
"""

import argparse
from dataclasses import dataclass

from schemas import layout
from trainer.comparison.options import (
    BASELINE_NAMES,
    BASELINES_BY_NAME,
    CompareOptions,
    ConfigRuns,
    config_runs,
)
from trainer.config_files import ready_configs

EXAMPLE = "compare --data data --output compared --configs quick long --seeds 0,1,2"


@dataclass(frozen=True)
class CompareCall:
    """What to compare, and how to show it.

    Attributes:
      compared: what to compare, on what.
      configs: what its configs train.
      format: how to print, `markdown` or `json`.
    """

    compared: CompareOptions
    configs: list[ConfigRuns]
    format: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `compare`."""
    files = parser.add_argument_group("files")
    files.add_argument(
        "--data", required=True, metavar="DATA", help="the data set to compare on"
    )
    files.add_argument(
        "--output",
        required=True,
        metavar="FOLDER",
        help="where to write comparison-<split>.md and .json; the configs' runs go to "
        "FOLDER/runs, and those that are finished there are not trained again",
    )
    models = parser.add_argument_group("what to compare")
    models.add_argument(
        "--configs",
        nargs="+",
        action="extend",
        default=[],
        metavar="CONFIG",
        help="configs to train: JSON files as `train --config` takes them, or ready "
        f"names: {', '.join(ready_configs())} (default: none)",
    )
    models.add_argument(
        "--seeds",
        type=_seeds,
        default=(0,),
        metavar="NUMBER,NUMBER",
        help="each config is trained once under each of these seeds; its row is their "
        "mean (default: 0)",
    )
    models.add_argument(
        "--runs",
        nargs="+",
        action="extend",
        default=[],
        metavar="RUN",
        help="folders that `train` wrote (default: none)",
    )
    models.add_argument(
        "--baselines",
        type=_baselines,
        default=BASELINE_NAMES,
        metavar="NAME,NAME",
        help=f"all, none, or some of {', '.join(BASELINES_BY_NAME)} (default: all, "
        f"which are {', '.join(BASELINE_NAMES)})",
    )
    measured = parser.add_argument_group("how to measure and show")
    measured.add_argument(
        "--split",
        choices=(layout.EVAL, layout.TEST),
        help="the split to measure on; choose settings on eval (default: test where "
        "there is one, else eval)",
    )
    measured.add_argument(
        "--format",
        choices=("markdown", "json"),
        default="markdown",
        help="how to print; both are written (default: %(default)s)",
    )
    measured.add_argument(
        "--batch_size",
        type=int,
        metavar="HISTORIES",
        help="histories scored at a time, not windows trained at a time (default: "
        "chosen by the number of items)",
    )
    measured.add_argument(
        "--quiet", action="store_true", help="show the table and errors alone"
    )


def options(args: argparse.Namespace) -> CompareCall:
    """Returns what the flags of `add_arguments` ask for.

    Raises:
      UsageError: a flag's value, or a config, is wrong.
      UserError: a remote config cannot be read.
    """
    compared = CompareOptions(
        data=args.data,
        output=args.output,
        runs=tuple(args.runs),
        configs=tuple(args.configs),
        seeds=args.seeds,
        baselines=args.baselines,
        split=args.split,
        batch_size=args.batch_size,
        quiet=args.quiet,
    )
    return CompareCall(compared, config_runs(compared), args.format)


def _baselines(text: str) -> tuple[str, ...]:
    """Parses `all`, `none` or names with commas between them."""
    if text == "none":
        return ()
    return BASELINE_NAMES if text == "all" else tuple(text.split(","))


def _seeds(text: str) -> tuple[int, ...]:
    """Parses `0,1,2`."""
    try:
        return tuple(int(seed) for seed in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be whole numbers with commas between them, got {text!r}"
        ) from None
