"""Flags that subjects share."""

import argparse
from collections.abc import Iterable

from benchmarks.common.timing import ROUNDS
from schemas.errors import UsageError, did_you_mean


def add_output(parser: argparse.ArgumentParser) -> None:
    """Adds `--output`."""
    parser.add_argument(
        "--output",
        required=True,
        metavar="FOLDER",
        help="where to write the tables, the data sets and the runs; what is finished "
        "there is not made again",
    )


def add_rounds(parser: argparse.ArgumentParser) -> None:
    """Adds `--rounds`."""
    parser.add_argument(
        "--rounds",
        type=int,
        default=ROUNDS,
        metavar="N",
        help=f"timed rounds, of which the median counts (default: {ROUNDS})",
    )


def chosen_names(text: str | None, known: Iterable[str]) -> list[str]:
    """Returns the names of `--only`, in the order of `known`.

    Args:
      text: names with commas between them; None for all.
      known: all names.

    Raises:
      UsageError: there is no such name.
    """
    names = list(known)
    if text is None:
        return names
    chosen = text.split(",")
    for name in chosen:
        if name not in names:
            hint = did_you_mean(name, names, f"choose from {', '.join(names)}")
            raise UsageError(f"--only has no {name!r}; {hint}")
    return [name for name in names if name in chosen]
