"""Flags that subjects share."""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.common.timing import ROUNDS
from schemas.errors import UsageError, did_you_mean


@dataclass(frozen=True)
class Number:
    """A flag that takes a whole number.

    Attributes:
      flag: its name, without the dashes.
      default: where it is not given.
      meaning: what it counts, for its help.
      least: the smallest that is taken.
    """

    flag: str
    default: int
    meaning: str
    least: int = 1


def add_numbers(parser: argparse.ArgumentParser, numbers: Iterable[Number]) -> None:
    """Adds flags of numbers."""
    for number in numbers:
        parser.add_argument(
            f"--{number.flag}",
            type=int,
            default=number.default,
            metavar="N",
            help=f"{number.meaning} (default: {number.default})",
        )


def check_numbers(args: argparse.Namespace, numbers: Iterable[Number]) -> None:
    """Refuses numbers that are too small.

    Raises:
      UsageError: one is.
    """
    for number in numbers:
        given = getattr(args, number.flag)
        if given < number.least:
            raise UsageError(
                f"--{number.flag} must be at least {number.least}, got {given}"
            )


def add_output(parser: argparse.ArgumentParser) -> None:
    """Adds `--output`."""
    parser.add_argument(
        "--output",
        required=True,
        metavar="FOLDER",
        help="where to write the tables, the data sets and the runs; what is finished "
        "there is not made again",
    )


TIMED_ROUNDS = Number("rounds", ROUNDS, "timed rounds, of which the median counts")


def add_rounds(parser: argparse.ArgumentParser) -> None:
    """Adds `--rounds`."""
    add_numbers(parser, [TIMED_ROUNDS])


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
