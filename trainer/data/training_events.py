"""The training events behind the training windows, each of them once.

They are read from the records of the training split alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from schemas import features, layout
from trainer.array_types import Ints
from trainer.data.data_set import DataSet
from trainer.data.records import load_split
from trainer.data.window_events import FEATURES, window_events


@dataclass(frozen=True)
class TrainingEvents:
    """Known events of the training windows, by user and place. E events.

    An event of an item outside the vocabulary is not among them, yet keeps its
    place: its neighbours stay two places apart.

    Attributes:
      user: ints [E], 0 ... number of users - 1, ascending.
      place: ints [E], the index in the user's history, ascending for each user.
      item_id: ints [E], 1 ... N.
      day: ints [E], days since 1970-01-01.
      num_items: N.
    """

    user: Ints
    place: Ints
    item_id: Ints
    day: Ints
    num_items: int

    def item_counts(self) -> Ints:
        """Returns the events of each item: int64 [N], those of item j + 1 at j."""
        return np.bincount(self.item_id - 1, minlength=self.num_items)


def load_training_events(data_set: DataSet) -> TrainingEvents:
    """Reads the training split of a data set and returns its events."""
    windows = load_split(data_set, layout.TRAIN, FEATURES)
    return training_events(windows, data_set.manifest.num_items)


def training_events(
    windows: Mapping[str, npt.NDArray[Any]], num_items: int
) -> TrainingEvents:
    """Returns the events of training windows, each once by user and place.

    Args:
      windows: `trainer.data.window_events.FEATURES` of R training examples, in any
        order.
      num_items: N; ids outside 1 ... N are unknown items.
    """
    events = window_events(windows)
    known = events.item_id >= features.FIRST_ITEM_ID
    known &= events.item_id <= num_items
    return TrainingEvents(
        user=events.user[known],
        place=events.place[known],
        item_id=events.item_id[known],
        day=events.day[known],
        num_items=num_items,
    )
