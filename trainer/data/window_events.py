"""The events behind windows, each of them once.

Windows overlap: one event is an input of up to W windows and a target of one or
more. `start` and the place in the window say which event of the history it is, so
it can be counted once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from schemas import features
from trainer.array_types import Ints
from trainer.data.user_numbers import user_numbers

FEATURES = (
    features.ITEM_ID,
    features.TARGET,
    features.USER_ID,
    features.START,
    features.DAY,
)


@dataclass(frozen=True)
class WindowEvents:
    """The events of R windows, ascending by user and place. E events.

    Attributes:
      window: ints [E], 0 ... R - 1, a window that holds the event.
      user: ints [E], 0 ... number of users - 1, in the order of their bytes.
      place: ints [E], the index in the user's history.
      item_id: ints [E], 1 ... N; 0 or N + 1 where the item is unknown.
      day: ints [E], days since 1970-01-01.
    """

    window: Ints
    user: Ints
    place: Ints
    item_id: Ints
    day: Ints


def window_events(windows: Mapping[str, npt.NDArray[Any]]) -> WindowEvents:
    """Returns the events of windows, each once by user and place.

    Args:
      windows: `FEATURES` of R examples of one split in any order, shaped [R, ...] as
        in `schemas.features.example_features`.
    """
    codes = user_numbers(windows[features.USER_ID])
    num_inputs = np.count_nonzero(
        windows[features.ITEM_ID] != features.PADDING_ID, axis=1
    )  # [R]
    # Held-out windows near the start of a history share its first event as theirs:
    # the shorter one comes first.
    order = np.lexsort((num_inputs, windows[features.START], codes))
    user, num_inputs = codes[order], num_inputs[order]  # [R]
    start = windows[features.START][order]  # [R]
    inputs = windows[features.ITEM_ID][order]  # [R, W]
    last_target = windows[features.TARGET][order, -1:]  # [R, 1]

    max_length = inputs.shape[1]
    first_column = max_length - num_inputs  # [R]
    # Windows of a user come in order of start, so what is new in a window are the
    # events behind the last one of the window before.
    last_place = start + num_inputs  # [R], the target's
    num_known = np.zeros_like(start)
    same_user = user[1:] == user[:-1]
    num_known[1:] = np.where(same_user, last_place[:-1] + 1 - start[1:], 0)
    first_new = first_column + np.maximum(num_known, 0)  # [R]

    row, column = np.nonzero(np.arange(max_length + 1) >= first_new[:, np.newaxis])
    return WindowEvents(
        window=order[row],
        user=user[row],
        place=start[row] + column - first_column[row],
        item_id=np.concatenate([inputs, last_target], axis=1)[row, column],
        day=windows[features.DAY][order][row, column],
    )
