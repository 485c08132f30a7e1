"""`python -m trainer report`: a run as one page, with charts.

Usage:
    python -m trainer report --run RUN
"""

import argparse

from schemas.errors import UserError
from trainer.runs import (
    METRICS,
    OWNED,
    REPORT,
    check_finished,
    is_reported,
    read_options,
)
from trainer.storage.paths import check_path, join

EXAMPLE = "report --run run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `report`."""
    parser.add_argument(
        "--run", required=True, metavar="RUN", help="the folder that `train` wrote"
    )
    parser.add_argument(
        "--data",
        metavar="DATA",
        help="the data set that the run was trained on, if it is no longer where it "
        "was (default: as in RUN/config.json)",
    )


def run(args: argparse.Namespace) -> int:
    """Writes RUN/report.html, and says where it is.

    Args:
      args: what the flags of `add_arguments` gave.

    Returns:
      The exit status, 0.

    Raises:
      UsageError: a flag's value is wrong.
      UserError: the run or the data set cannot be used, or the file not be written.
    """
    for flag in ("run", "data"):
        check_path(flag, getattr(args, flag) or "")

    # Only now: TensorFlow takes seconds, and a wrong flag should not.
    from trainer.quiet import load_tensorflow

    load_tensorflow()
    from trainer.data.data_copy import local_data_set, to_report
    from trainer.data.data_set import open_data_set
    from trainer.report import write_report
    from trainer.storage.mirrors import mirrored

    with mirrored(args.run, OWNED, is_reported, last=(METRICS,)):
        check_finished(args.run)
        options = read_options(args.run)
        data = args.data or options.data
        with local_data_set(data, to_report):
            try:
                write_report(args.run, options, open_data_set(data))
            except OSError as error:
                raise UserError(
                    f"{join(args.run, REPORT)} cannot be written ({error.strerror})."
                ) from error
    print(join(args.run, REPORT))
    return 0
