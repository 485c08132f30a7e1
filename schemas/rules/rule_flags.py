"""The flags by which users choose among what a model recommends."""

import argparse
import math
from dataclasses import dataclass

from schemas.errors import UsageError

# By then the ranking is by rarity alone, and float32 still tells the scores apart.
_LARGEST_PENALTY = 1_000.0


@dataclass(frozen=True)
class Rules:
    """What may be recommended, as asked for.

    Attributes:
      exclude: a file of items that are never recommended; None: all may be.
      only: a file of items beside which no other is; None: all may be.
      max_per: attributes, and the most items of one value of each in an answer.
      popularity_penalty: P of `schemas.rules.ranking_rules.adjustment`.
    """

    exclude: str | None = None
    only: str | None = None
    max_per: tuple[tuple[str, int], ...] = ()
    popularity_penalty: float = 0.0

    def __post_init__(self) -> None:
        penalty = self.popularity_penalty
        if not (math.isfinite(penalty) and 0.0 <= penalty <= _LARGEST_PENALTY):
            raise ValueError(
                "`popularity_penalty` must be from 0 to "
                f"{_LARGEST_PENALTY:.0f}, got {penalty}."
            )
        attributes = [attribute for attribute, _ in self.max_per]
        for attribute, most in self.max_per:
            if most < 1:
                raise ValueError(
                    f"`max_per` must allow at least 1 item, got {attribute}={most}."
                )
            if attributes.count(attribute) > 1:
                raise ValueError(f"`max_per` must name {attribute!r} once.")

    def __bool__(self) -> bool:
        """Whether there is any rule."""
        return self != Rules()


def add_rule_flags(group: argparse._ArgumentGroup) -> None:
    """Adds the flags of `to_rules` to a parser's group."""
    add = group.add_argument
    add(
        "--exclude",
        metavar="FILE",
        help="never recommend these items: a file of item ids, one a line, plain or "
        "gzip (default: none)",
    )
    add(
        "--only",
        metavar="FILE",
        help="recommend no other items than these: a file as for --exclude (default: "
        "all items of the model)",
    )
    add(
        "--max_per",
        action="append",
        default=[],
        type=_attribute_limit,
        metavar="ATTRIBUTE=N",
        help="at most N items of one value of an attribute in an answer, as in "
        "--max_per category=2; items without a value are not limited. Attributes are "
        "those that --item_fields of `python -m pipeline` named. May be given several "
        "times (default: no limit)",
    )
    add(
        "--popularity_penalty",
        type=float,
        default=0.0,
        metavar="FACTOR",
        help="subtract FACTOR times the log of an item's share of all training "
        "events from its score, which is a logit: 0 changes nothing, 1 ranks by what "
        "fits this history better than histories at large, 1000 is the most (default: "
        "0.0)",
    )


def to_rules(args: argparse.Namespace) -> Rules:
    """Turns what `add_rule_flags` parsed into rules.

    Raises:
      UsageError: a value is out of range, or an attribute named twice.
    """
    try:
        return Rules(
            exclude=args.exclude,
            only=args.only,
            max_per=tuple(args.max_per),
            popularity_penalty=args.popularity_penalty,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error


def _attribute_limit(text: str) -> tuple[str, int]:
    # From the right: a field's name may hold the sign.
    attribute, _, number = text.rpartition("=")
    if not attribute or not (number.isascii() and number.isdigit()):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not ATTRIBUTE=N, such as category=2"
        )
    return attribute, int(number)
