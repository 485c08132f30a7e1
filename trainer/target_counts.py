"""How often each item is a target of the training windows."""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from schemas.features import ITEM_ID, START, TARGET
from schemas.layout import TRAIN
from trainer.data_set import DAY_COLUMNS, DataSet
from trainer.positions import new_targets, real_targets
from trainer.records import map_split


def count_targets(data_set: DataSet, day_feature: str) -> NDArray[np.int64]:
    """Counts the targets of the training split, each once however windows overlap.

    Reads all that training reads of every shard, so that damage is found before.

    Args:
      data_set: the data set.
      day_feature: a key of `DAY_COLUMNS`.

    Returns:
      int64 [N], the targets of the items 1 ... N.

    Raises:
      UserError: a shard is damaged.
    """
    window, num_items = data_set.manifest.window, data_set.num_items

    def count(rows: dict[str, Any]) -> NDArray[np.int64]:
        with tf.device("CPU:0"):
            item_id, target = rows[ITEM_ID], rows[TARGET]
            new = new_targets(item_id, rows[START], window.max_length, window.stride)
            counted = np.asarray(new & real_targets(item_id, target, num_items))
        return np.bincount(target[counted] - 1, minlength=num_items)

    days = DAY_COLUMNS[day_feature]
    features = [ITEM_ID, TARGET, START] + ([] if days is None else [days])
    counts = map_split(data_set, TRAIN, features, count)
    return sum(counts, np.zeros(num_items, np.int64))
