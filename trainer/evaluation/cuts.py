"""Divisions of the targets, to see for whom a scorer is good."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from schemas import features
from trainer.array_types import Ints
from trainer.evaluation.held_out import HeldOut

# The first number of each bin but the lowest, which starts at 0 or 1.
LENGTHS = (2, 3, 5, 10, 20, 50)
DAYS = (1, 8, 31, 91, 366)

HEAD, MIDDLE, TAIL, UNKNOWN = "head", "middle", "tail", "unknown"


@dataclass(frozen=True)
class Cut:
    """A division of T targets into parts.

    Attributes:
      name: the key in JSON.
      description: what the targets are divided by.
      labels: the names of the parts.
      part: ints [T], the index of each target's part in `labels`.
    """

    name: str
    description: str
    labels: tuple[str, ...]
    part: Ints


def all_cuts(held_out: HeldOut, item_counts: Ints) -> tuple[Cut, ...]:
    """Returns every division of the targets.

    Args:
      held_out: the targets.
      item_counts: ints [N], the training events of each item.
    """
    return (
        by_history_length(held_out),
        by_target_popularity(held_out, item_counts),
        by_days_since_last(held_out),
    )


def by_history_length(held_out: HeldOut) -> Cut:
    """Divides by the number of the user's events before the target, beyond W too."""
    return Cut(
        name="history_length",
        description="events of the user before the target",
        labels=_labels(1, LENGTHS),
        part=np.digitize(held_out.history_length(), LENGTHS),
    )


def by_target_popularity(held_out: HeldOut, item_counts: Ints) -> Cut:
    """Divides by the popularity of the target.

    Laid out item after item by falling frequency, the training events are divided
    into thirds; `head`, `middle` and `tail` are the items whose first event falls into
    the first, second and last third. Of equal items the smaller id comes first. Targets
    outside the vocabulary are a part of their own.
    """
    thirds = _thirds(item_counts)
    known = ~held_out.is_unknown()
    item = np.where(known, held_out.target, features.FIRST_ITEM_ID) - 1
    return Cut(
        name="target_popularity",
        description="third of the training events that the target belongs to",
        labels=(HEAD, MIDDLE, TAIL, UNKNOWN),
        part=np.where(known, thirds[item], 3),
    )


def by_days_since_last(held_out: HeldOut) -> Cut:
    """Divides by the days from the user's last event to the target."""
    return Cut(
        name="days_since_last",
        description="days from the user's last event to the target",
        labels=_labels(0, DAYS),
        part=np.digitize(held_out.days_since_last(), DAYS),
    )


def _thirds(item_counts: Ints) -> npt.NDArray[np.int64]:
    """Returns ints [N] of 0 ... 2: the third that each item belongs to."""
    order = np.argsort(-item_counts, kind="stable")
    counts = item_counts[order].astype(np.int64)
    before = np.cumsum(counts) - counts
    thirds = np.empty(len(order), np.int64)
    # An item without an event comes after all events: it is of the tail.
    thirds[order] = np.minimum(3 * before // max(counts.sum(), 1), 2)
    return thirds


def _labels(first: int, starts: Sequence[int]) -> tuple[str, ...]:
    """Returns `first-...` up to the last bin, which has no end."""
    lows = (first, *starts)
    labels = [
        str(low) if low == high - 1 else f"{low}-{high - 1}"
        for low, high in zip(lows, starts, strict=False)
    ]
    return (*labels, f"{starts[-1]}+")
