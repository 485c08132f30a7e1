"""Cuts histories into windows, slowly, as columns of examples."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

# N of histories whose items are all known.
MANY = 50

Histories = Mapping[bytes, Sequence[tuple[int, int]]]
Places = Mapping[bytes, Sequence[tuple[int, int]]]


def columns_of(
    histories: Histories,
    places: Places,
    max_length: int,
    num_items: int = MANY,
    unknown_target: int = 0,
) -> dict[str, NDArray[Any]]:
    """Returns windows as `trainer.data.window_events.FEATURES`.

    Args:
      histories: (item, day) of each event, by user; items above `num_items` are
        unknown.
      places: (first input, target) of each window, by user.
      max_length: W.
      num_items: N.
      unknown_target: what stands for a target that is unknown.
    """
    rows = []
    for user, found in places.items():
        for start, target in found:
            pad = [0] * (max_length - (target - start))
            window = histories[user][start : target + 1]
            ids = [item for item, _ in window]
            inputs = [min(item, num_items + 1) for item in ids[:-1]]
            targets = [item if item <= num_items else unknown_target for item in ids]
            days = [day for _, day in window]
            rows.append((user, start, pad + inputs, pad + targets[1:], pad + days))
    users, starts, inputs, targets, days = zip(*rows, strict=True)
    return {
        "user_id": np.array(users, object),
        "start": np.array(starts),
        "item_id": np.array(inputs),
        "target": np.array(targets),
        "day": np.array(days),
    }
