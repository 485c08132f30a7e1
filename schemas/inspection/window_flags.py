"""The flags by which `inspect` of both programs chooses windows."""

import argparse

from schemas.errors import UsageError
from schemas.layout import SPLIT_FOLDERS


def add_window_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags that say which windows are shown."""
    windows = parser.add_argument_group("windows")
    windows.add_argument(
        "--windows",
        type=int,
        default=3,
        metavar="WINDOWS",
        help="how many windows to show; 0: none (default: 3)",
    )
    windows.add_argument(
        "--split",
        choices=SPLIT_FOLDERS,
        help="the split they are of (default: the first that has any)",
    )
    windows.add_argument(
        "--show_users",
        action="store_true",
        help="show the ids of users, not digests of them",
    )


def check_window_flags(args: argparse.Namespace) -> None:
    """Refuses a value that is out of range.

    Raises:
      UsageError: as it says.
    """
    if args.windows < 0:
        raise UsageError(f"--windows must be at least 0, got {args.windows}")
