"""Ways to read a training split in batches, and what the machine could do at best."""

import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from schemas.features import ITEM_ID, NB_DAYS, START, TARGET
from schemas.layout import TRAIN
from trainer.batching.batch_plan import plan_batches
from trainer.batching.batches import BatchSettings, training_batches
from trainer.batching.target_counts import count_targets
from trainer.batching.training_rows import rows_in_memory
from trainer.data.data_set import DataSet
from trainer.data.records import feature_spec

_DAY_FEATURE = "age"
# What both read; the product's `once` needs the start too.
_FEATURES = (ITEM_ID, NB_DAYS, TARGET, START)
_SHUFFLE_BUFFER = 10_000
_GZIP = 31  # zlib's `wbits` for a gzip header.


class Product:
    """The trainer's batches, from the shards to the end of an epoch."""

    def __init__(self, data_set: DataSet, batch_size: int) -> None:
        self._data_set, self._batch_size = data_set, batch_size
        self._iterator: Any = None
        self._steps = 0

    def first_pass(self) -> None:
        """Reads, checks and counts the split, and takes the first epoch."""
        self._open(None)
        self.later_pass()

    def streamed_pass(self) -> None:
        """A first pass of a set that memory does not hold."""
        self._open(0)
        self.later_pass()

    def later_pass(self) -> None:
        """Takes the next epoch."""
        for _ in range(self._steps):
            next(self._iterator)

    def _open(self, limit_bytes: int | None) -> None:
        data_set = self._data_set
        limit = {} if limit_bytes is None else {"limit_bytes": limit_bytes}
        rows = rows_in_memory(data_set, TRAIN, _DAY_FEATURE, **limit)
        counts = count_targets(data_set, _DAY_FEATURE, "once", rows)
        plan = plan_batches(counts, data_set.max_length, self._batch_size)
        settings = BatchSettings(_DAY_FEATURE, plan, train_positions="once")
        self._steps = plan.num_batches
        self._iterator = iter(training_batches(data_set, TRAIN, settings, rows))


def plain(data_set: DataSet, batch_size: int, **parallel: Any) -> tf.data.Dataset:
    """Returns the pipeline of TensorFlow's guides, one example at a time.

    Args:
      data_set: the data set.
      batch_size: rows of a batch.
      **parallel: of `map`.
    """
    examples = _examples(data_set, **parallel)
    return (
        examples.shuffle(_SHUFFLE_BUFFER).batch(batch_size).prefetch(tf.data.AUTOTUNE)
    )


def cached(data_set: DataSet, batch_size: int) -> tf.data.Dataset:
    """Returns the same as the performance guide would have it: kept when parsed."""
    examples = _examples(data_set, num_parallel_calls=tf.data.AUTOTUNE).cache()
    return (
        examples.shuffle(_SHUFFLE_BUFFER).batch(batch_size).prefetch(tf.data.AUTOTUNE)
    )


def _examples(data_set: DataSet, **parallel: Any) -> tf.data.Dataset:
    spec = feature_spec({name: data_set.manifest.features[name] for name in _FEATURES})
    records = tf.data.TFRecordDataset(data_set.files(TRAIN), compression_type="GZIP")
    return records.map(lambda each: tf.io.parse_single_example(each, spec), **parallel)


def take_all(batches: tf.data.Dataset) -> None:
    """Takes every batch once."""
    for _ in batches:
        pass


def inflate(data_set: DataSet) -> int:
    """Reads and inflates the shards side by side, and returns the bytes they hold."""

    def inflated(path: str) -> int:
        return len(zlib.decompress(Path(path).read_bytes(), _GZIP))

    with ThreadPoolExecutor() as pool:
        return sum(pool.map(inflated, data_set.files(TRAIN)))


def copies(data_set: DataSet) -> Callable[[], None]:
    """Returns what copies the parsed columns once, in memory."""
    rows = rows_in_memory(data_set, TRAIN, _DAY_FEATURE)
    if rows is None:
        raise ValueError("the split does not fit in memory.")
    pairs = [(column, np.empty_like(column)) for column in rows.values()]

    def copy() -> None:
        for column, target in pairs:
            np.copyto(target, column)

    return copy
