"""What is true of every window, whoever wrote it: ids, padding, order of the days."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.features import (
    DAY,
    FIRST_ITEM_ID,
    GAP_DAYS,
    ITEM_ID,
    NB_DAYS,
    PADDING_ID,
    SEEN,
    START,
    TARGET,
    unknown_id,
)
from schemas.manifest import Manifest
from schemas.values import FIRST_DAY, LAST_DAY

Columns = Mapping[str, NDArray[Any]]

_LARGEST_START = np.iinfo(np.int32).max


def find_fault(columns: Columns, manifest: Manifest) -> str | None:
    """Returns what no pipeline writes, None where all is well.

    A model takes nearly everything: an id outside an embedding is zeros on a GPU, and
    padding in the middle of a history only makes it worse.

    Args:
      columns: features of some records as they were read, before they become int32:
        int64 [rows, ...], and of `seen` the values of all rows together.
      manifest: that of their data set.
    """
    unknown = unknown_id(manifest.num_items)
    faults = (*_outside(columns, manifest), *_wrong_order(columns, unknown))
    return faults[0] if faults else None


def _outside(columns: Columns, manifest: Manifest) -> Iterator[str]:
    """Yields features with a value outside their range."""
    unknown = unknown_id(manifest.num_items)
    ranges = {
        ITEM_ID: (PADDING_ID, unknown),
        TARGET: (PADDING_ID, unknown),
        SEEN: (FIRST_ITEM_ID, unknown),
        NB_DAYS: (0, manifest.nb_days_buckets),
        GAP_DAYS: (0, manifest.gap_days_buckets),
        START: (0, _LARGEST_START),
        DAY: (FIRST_DAY, LAST_DAY),
    }
    for name, (lowest, highest) in ranges.items():
        if name not in columns or not columns[name].size:
            continue
        low, high = int(columns[name].min()), int(columns[name].max())
        if low < lowest or high > highest:
            yield (
                f"`{name}` runs from {low} to {high}, it must stay in {lowest} ... "
                f"{highest}"
            )


def _wrong_order(columns: Columns, unknown: int) -> Iterator[str]:
    """Yields features that do not go with the inputs of their windows."""
    if ITEM_ID not in columns:
        return
    item_id = columns[ITEM_ID]
    real = item_id != PADDING_ID  # [rows, W]
    if not real[:, -1].all():
        yield f"a window has no input: the last `{ITEM_ID}` is padding"
    if (real[:, :-1] & ~real[:, 1:]).any():
        yield f"`{ITEM_ID}` has padding behind an input"
    for name in (NB_DAYS, GAP_DAYS):
        if name in columns and ((columns[name] != 0) != real).any():
            yield f"`{name}` is padding where `{ITEM_ID}` is none, or the reverse"
    if TARGET in columns:
        target, following = columns[TARGET][:, :-1], item_id[:, 1:]
        # In training windows an unknown item is no target.
        left_out = (target == PADDING_ID) & (following == unknown)
        if ((target != following) & ~left_out).any():
            yield f"`{TARGET}` is not the next `{ITEM_ID}`"
    if DAY in columns:
        day = columns[DAY]  # [rows, W + 1]
        if (day[:, :-1][~real] != 0).any():
            yield f"`{DAY}` is no padding where `{ITEM_ID}` is"
        if (np.diff(day, axis=1)[real] < 0).any():
            yield f"`{DAY}` falls, the events are in order"
