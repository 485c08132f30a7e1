"""What a training split holds to be learned from."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from schemas.features import ITEM_ID, START, TARGET
from schemas.layout import TRAIN
from trainer.batching.positions import (
    first_events,
    learned_positions,
    new_targets,
    real_targets,
)
from trainer.batching.training_rows import Rows, training_columns
from trainer.batching.widths import needed_width, window_widths
from trainer.data.data_set import DataSet
from trainer.data.records import map_split
from trainer.options import TrainPositions

# Rows counted at a time, where memory holds them all.
_PART = 1 << 16


@dataclass(frozen=True)
class TargetCounts:
    """Counts over the training split.

    Attributes:
      items: int64 [N], the targets of the items 1 ... N, each once however windows
        overlap.
      events: int64 [N], the targets and the first events of histories: all training
        events. Under `--split random` the windows that train may lack the one which an
        event is new in, and then it is not counted.
      rows: int64 [`num_widths`], the rows that need each of `window_widths`.
      learned: int64 [`num_widths`], the targets that these rows are learned from.
    """

    items: NDArray[np.int64]
    events: NDArray[np.int64]
    rows: NDArray[np.int64]
    learned: NDArray[np.int64]


def count_targets(
    data_set: DataSet,
    day_feature: str,
    train_positions: TrainPositions = "once",
    rows: Rows | None = None,
) -> TargetCounts:
    """Counts the targets of the training split.

    Without `rows` it reads all that training reads of every shard, so that damage is
    found before.

    Args:
      data_set: the data set.
      day_feature: a key of `DAY_COLUMNS`.
      train_positions: which targets are learned from.
      rows: those of the split, from `rows_in_memory`; None reads them part by part.

    Raises:
      UserError: a shard is damaged.
    """
    window, num_items = data_set.manifest.window, data_set.num_items
    widths = window_widths(window.max_length)

    def count(rows: dict[str, Any]) -> TargetCounts:
        with tf.device("CPU:0"):
            item_id, start, target = rows[ITEM_ID], rows[START], rows[TARGET]
            real = real_targets(item_id, target, num_items)
            new = real & new_targets(item_id, start, window.max_length, window.stride)
            learned = real & learned_positions(
                item_id, start, train_positions, window.max_length, window.stride
            )
            needed = np.asarray(needed_width(item_id, widths))
            first = np.asarray(first_events(item_id, start, num_items))
        num_learned = np.asarray(learned).sum(axis=1)
        items = np.bincount(target[np.asarray(new)] - 1, minlength=num_items)
        return TargetCounts(
            items,
            items + np.bincount(item_id[first] - 1, minlength=num_items),
            np.bincount(needed, minlength=len(widths)),
            np.bincount(needed, num_learned, len(widths)).astype(np.int64),
        )

    if rows is None:
        features = training_columns(day_feature).values()
        parts = map_split(data_set, TRAIN, features, count)
    else:
        starts = range(0, len(rows[ITEM_ID]), _PART)
        parts = [
            count({name: column[i : i + _PART] for name, column in rows.items()})
            for i in starts
        ]
    no_item, none = np.zeros(num_items, np.int64), np.zeros(len(widths), np.int64)
    return TargetCounts(
        sum((part.items for part in parts), no_item),
        sum((part.events for part in parts), no_item),
        sum((part.rows for part in parts), none),
        sum((part.learned for part in parts), none),
    )
