"""`python -m trainer inspect`: what a run holds, in words.

Usage:
    python -m trainer inspect RUN
    python -m trainer inspect RUN --windows 5 --split test
"""

import argparse
from dataclasses import dataclass

from schemas.inspection.window_flags import add_window_flags, check_window_flags
from trainer.storage.paths import check_path

EXAMPLE = "inspect run --windows 5"


@dataclass(frozen=True)
class InspectOptions:
    """What is shown of which run.

    Attributes:
      run: the folder of the run.
      windows: how many windows of its data set are shown.
      split: the split they are of; None: the first that has any.
      show_users: whether their users' ids are shown, not digests of them.
    """

    run: str
    windows: int
    split: str | None
    show_users: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the run and the flags of `inspect`."""
    parser.add_argument(
        "run",
        metavar="RUN",
        help="the folder that `train --output` wrote, finished or not",
    )
    add_window_flags(parser)


def options(args: argparse.Namespace) -> InspectOptions:
    """Returns what the flags of `add_arguments` ask for.

    Raises:
      UsageError: a flag's value is wrong.
    """
    check_path("run", args.run)
    check_window_flags(args)
    return InspectOptions(args.run, args.windows, args.split, args.show_users)
