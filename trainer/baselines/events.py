"""The training events behind the training windows, each of them once.

Windows overlap: one event is an input of up to W windows and a target of one or
more. `start` and the place in the window say which event of the history it is, so
it can be counted once, from the records of the training split alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from schemas import features, layout
from trainer.data_set import DataSet
from trainer.evaluation.protocol import Ints
from trainer.records import load_split

FEATURES = (
    features.ITEM_ID,
    features.TARGET,
    features.USER_ID,
    features.START,
    features.DAY,
)


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
    """Returns the events of windows, each once by user and place.

    Args:
      windows: `FEATURES` of R training examples in any order, shaped [R, ...] as in
        `schemas.features.example_features`.
      num_items: N; ids outside 1 ... N are unknown items.
    """
    # As fixed-width bytes, since Python objects are slow to sort.
    users = windows[features.USER_ID].astype(np.bytes_)
    codes = np.unique(users, return_inverse=True)[1]
    order = np.lexsort((windows[features.START], codes))
    user = codes[order]  # [R]
    start = windows[features.START][order]  # [R]
    inputs = windows[features.ITEM_ID][order]  # [R, W]
    last_target = windows[features.TARGET][order, -1:]  # [R, 1]

    max_length = inputs.shape[1]
    num_inputs = np.count_nonzero(inputs != features.PADDING_ID, axis=1)  # [R]
    first_column = max_length - num_inputs  # [R]
    # Windows of a user come in order of start, so what is new in a window are the
    # events behind the last one of the window before.
    last_place = start + num_inputs  # [R], the target's
    num_known = np.zeros_like(start)
    same_user = user[1:] == user[:-1]
    num_known[1:] = np.where(same_user, last_place[:-1] + 1 - start[1:], 0)
    first_new = first_column + np.maximum(num_known, 0)  # [R]

    row, column = np.nonzero(np.arange(max_length + 1) >= first_new[:, np.newaxis])
    item_id = np.concatenate([inputs, last_target], axis=1)[row, column]
    known = (item_id >= features.FIRST_ITEM_ID) & (item_id <= num_items)
    row, column = row[known], column[known]
    return TrainingEvents(
        user=user[row],
        place=start[row] + column - first_column[row],
        item_id=item_id[known],
        day=windows[features.DAY][order][row, column],
        num_items=num_items,
    )
