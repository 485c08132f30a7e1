"""Flags that subjects share."""

import argparse
import difflib
from collections.abc import Iterable

from schemas.errors import UsageError


def add_output(parser: argparse.ArgumentParser) -> None:
    """Adds `--output`."""
    parser.add_argument(
        "--output",
        required=True,
        metavar="FOLDER",
        help="where to write the tables, the data sets and the runs; what is finished "
        "there is not made again",
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
            nearest = difflib.get_close_matches(name, names, 1, 0.5)
            hint = (
                f"did you mean {nearest[0]}?"
                if nearest
                else f"choose from {', '.join(names)}"
            )
            raise UsageError(f"--only has no {name!r}; {hint}")
    return [name for name in names if name in chosen]
