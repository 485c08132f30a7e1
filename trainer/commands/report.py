"""`python -m trainer report`: a run as one page, with charts.

Usage:
    python -m trainer report --run RUN
"""

import argparse
from dataclasses import dataclass

from trainer.storage.paths import check_path

EXAMPLE = "report --run run"


@dataclass(frozen=True)
class ReportOptions:
    """Of which run a page is made.

    Attributes:
      run: the folder of the run.
      data: the data set that it learned from; None where it is still where it was.

    Raises:
      UsageError: a folder's name is wrong.
    """

    run: str
    data: str | None = None

    def __post_init__(self) -> None:
        for flag in ("run", "data"):
            check_path(flag, getattr(self, flag) or "")


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


def options(args: argparse.Namespace) -> ReportOptions:
    """Returns what the flags of `add_arguments` ask for.

    Raises:
      UsageError: a flag's value is wrong.
    """
    return ReportOptions(run=args.run, data=args.data)
