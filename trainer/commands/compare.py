"""`python -m trainer compare`: several models and baselines in one table.

Usage:
    python -m trainer compare --data DATA --output FOLDER --configs quick mine.json \
        --seeds 0,1,2
    python -m trainer compare --data DATA --output FOLDER --runs RUN RUN --split eval
"""

import argparse
import contextlib
import json
import logging

from schemas import layout
from trainer.comparison.options import (
    BASELINE_NAMES,
    BASELINES_BY_NAME,
    CompareOptions,
    config_runs,
)
from trainer.config_files import ready_configs

EXAMPLE = "compare --data data --output compared --configs quick long --seeds 0,1,2"

_logger = logging.getLogger(__name__)


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


def run(args: argparse.Namespace) -> int:
    """Trains what is missing, measures, prints and writes.

    Args:
      args: what the flags of `add_arguments` gave.

    Returns:
      The exit status, 0.

    Raises:
      UsageError: a flag's value is wrong, or asks for a split that there is not.
      UserError: the data set or a run cannot be used, or training failed.
      PreemptedError: SIGTERM came while a run trained; the same command goes on.
    """
    options = CompareOptions(
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
    configs = config_runs(options)

    # Only now: TensorFlow takes seconds, and a wrong flag should not.
    from trainer.quiet import load_tensorflow

    load_tensorflow()
    from trainer.comparison.compare import compare
    from trainer.comparison.files import OWNED, is_read, write_comparison
    from trainer.comparison.markdown import format_markdown
    from trainer.data.data_copy import local_data_set, to_measure
    from trainer.runs import METRICS
    from trainer.runs import is_read as is_read_of_run
    from trainer.storage.copies import local_copy
    from trainer.storage.mirrors import mirrored
    from trainer.training.retracing import without_retracing_warnings

    with contextlib.ExitStack() as stand_ins:
        enter = stand_ins.enter_context
        enter(mirrored(options.output, OWNED, is_read, last=(METRICS,)))
        for run in options.runs:
            enter(local_copy(run, is_read_of_run))
        splits = to_measure(options.split, and_train=bool(configs))
        enter(local_data_set(options.data, splits))
        enter(without_retracing_warnings())
        comparison = compare(options, configs)
        written = write_comparison(options.output, comparison)
    # Before it is printed, since what reads stdout may be gone.
    for path in written:
        _logger.info("wrote %s", path)
    if args.format == "json":
        print(json.dumps(comparison.to_json(), indent=2))
    else:
        print(format_markdown(comparison), end="")
    return 0


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
