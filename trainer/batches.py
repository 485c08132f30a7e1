"""Batches for training and scoring, as `tf.data` datasets.

A set that fits is parsed once and kept in memory: an epoch is then a permutation of
row numbers. A larger one is streamed from its shards anew every epoch. Either way
the order follows from the seed and the epoch alone.
"""

import logging
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from schemas.features import ITEM_ID, PADDING_ID, TARGET
from trainer.data_set import DAY_COLUMNS, DataSet
from trainer.models.base import DAYS, POSITIONS
from trainer.records import check_split, feature_spec, load_split

# Parsed training columns up to this size are kept in memory.
MEMORY_LIMIT_BYTES = 2 << 30

_SHUFFLE_BUFFER = 1 << 17
_READ_BUFFER_BYTES = 8 << 20
# Position counts are rounded up to this share of the positions, so that a compiled
# step sees a few shapes and not one for each batch.
_LADDER = 8

_logger = logging.getLogger(__name__)


def steps_per_epoch(num_rows: int, batch_size: int) -> int:
    """Returns how many batches hold `num_rows` rows, the last one partly filled."""
    return -(-num_rows // batch_size)


def training_batches(
    data_set: DataSet,
    split: str,
    day_feature: str,
    batch_size: int,
    *,
    seed: int = 0,
    first_epoch: int = 0,
    num_replicas: int = 1,
    memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
) -> tf.data.Dataset:
    """Returns endless training batches; an epoch is `steps_per_epoch` of them.

    An element is `(x, y, weights)`:

    - x: `item_id` and, unless `day_feature` is `none`, `days`, int32 [`rows`, W]; and
      `positions`, int32 [`num_positions`], the indices into `rows` * W of the real
      targets, padded with 0;
    - y: int32 [`num_positions`], the target's id - 1;
    - weights: float32 [`num_positions`], 1 at real targets and 0 at padding.

    `rows` is `batch_size` divided by the replicas, rounded up, and the elements of
    one step follow each other, one for each replica; the rows that the last batch of
    an epoch lacks are padding. A position is real where its input is no padding and
    its target is an item of the vocabulary.

    Args:
      data_set: the data set.
      split: the split to learn from.
      day_feature: a key of `DAY_COLUMNS`.
      batch_size: rows of all replicas together.
      seed: of the order.
      first_epoch: the epoch to start with, for a run that goes on.
      num_replicas: over how many devices a step is spread.
      memory_limit_bytes: the size above which the split is streamed.

    Raises:
      UserError: a shard is damaged; all are read once before this returns.
    """
    columns = _columns(day_feature)
    width, num_items = data_set.max_length, data_set.num_items
    size = data_set.num_records(split) * width * len(columns) * 4
    with tf.device("CPU:0"):
        if size <= memory_limit_bytes:
            loaded = load_split(data_set, split, columns)
            batches = _from_memory(
                {name: loaded[column] for name, column in _named(columns)},
                batch_size,
                seed,
                first_epoch,
            )
        else:
            _logger.info("%s is streamed: it takes %d MB", split, size >> 20)
            check_split(data_set, split, columns)
            batches = _from_files(
                data_set, split, columns, batch_size, seed, first_epoch
            )
        rows = -(-batch_size // num_replicas)
        dealt = batches.map(
            lambda batch: _deal(batch, rows, num_replicas, width),
            num_parallel_calls=tf.data.AUTOTUNE,
        ).unbatch()
        return dealt.map(
            lambda batch: _with_positions(batch, num_items),
            num_parallel_calls=tf.data.AUTOTUNE,
        ).prefetch(tf.data.AUTOTUNE)


def scoring_batches(
    columns: dict[str, Any], day_feature: str, batch_size: int
) -> Iterator[tuple[slice, dict[str, NDArray[np.int32]]]]:
    """Yields the rows of a loaded split in order, as inputs of a model.

    Args:
      columns: what `load_split` returned, with `item_id` and the day column.
      day_feature: a key of `DAY_COLUMNS`.
      batch_size: rows at a time; the last batch is filled up with padding to it, so
        that a compiled model sees one shape.

    Yields:
      The rows in the split (fewer than `batch_size` at the end), and the model's input
      {`item_id`, `days`}, int32 [`batch_size`, W].
    """
    names = {ITEM_ID: ITEM_ID, DAYS: DAY_COLUMNS[day_feature]}
    num_rows = len(columns[ITEM_ID])
    for start in range(0, num_rows, batch_size):
        rows = slice(start, min(start + batch_size, num_rows))
        missing = batch_size - (rows.stop - rows.start)
        yield (
            rows,
            {
                name: np.pad(columns[column][rows], ((0, missing), (0, 0)))
                for name, column in names.items()
                if column is not None
            },
        )


def _columns(day_feature: str) -> list[str]:
    days = DAY_COLUMNS[day_feature]
    return [ITEM_ID, TARGET] if days is None else [ITEM_ID, TARGET, days]


def _named(columns: list[str]) -> list[tuple[str, str]]:
    """Pairs the names inside a batch with the columns: [item_id, target, days]."""
    return list(zip([ITEM_ID, TARGET, DAYS], columns, strict=False))


def _epoch_seed(seed: int, epoch: tf.Tensor) -> tf.Tensor:
    return tf.stack([tf.constant(seed, tf.int64), tf.cast(epoch, tf.int64)])


def _from_memory(
    columns: dict[str, NDArray[np.int32]], batch_size: int, seed: int, first_epoch: int
) -> tf.data.Dataset:
    """Yields batches {name: int32 [<= `batch_size`, W]}, epoch after epoch."""
    tensors = {name: tf.constant(column) for name, column in columns.items()}
    num_rows = len(columns[ITEM_ID])

    def one_epoch(epoch: tf.Tensor) -> tf.data.Dataset:
        order = tf.random.experimental.stateless_shuffle(
            tf.range(num_rows), _epoch_seed(seed, epoch)
        )
        starts = tf.data.Dataset.range(0, num_rows, batch_size)
        return starts.map(lambda start: order[start : start + batch_size])

    epochs = tf.data.Dataset.counter(first_epoch)
    return epochs.flat_map(one_epoch).map(
        lambda rows: {name: tf.gather(t, rows) for name, t in tensors.items()},
        num_parallel_calls=tf.data.AUTOTUNE,
    )


def _from_files(
    data_set: DataSet,
    split: str,
    columns: list[str],
    batch_size: int,
    seed: int,
    first_epoch: int,
) -> tf.data.Dataset:
    """Yields batches {name: int32 [<= `batch_size`, W]}, epoch after epoch."""
    spec = feature_spec({name: data_set.manifest.features[name] for name in columns})
    files = tf.constant(data_set.files(split))

    def one_epoch(epoch: tf.Tensor) -> tf.data.Dataset:
        epoch_seed = _epoch_seed(seed, epoch)
        order = tf.random.experimental.stateless_shuffle(files, epoch_seed)
        records = tf.data.Dataset.from_tensor_slices(order).interleave(
            lambda path: tf.data.TFRecordDataset(path, "GZIP", _READ_BUFFER_BYTES),
            cycle_length=16,
            block_length=16,
            num_parallel_calls=tf.data.AUTOTUNE,
            deterministic=True,
        )
        # `Dataset.shuffle` takes no seed that is a tensor once a global seed is set.
        blocks = records.batch(_SHUFFLE_BUFFER).enumerate()
        shuffled = blocks.map(
            lambda number, block: tf.random.experimental.stateless_shuffle(
                block, tf.random.experimental.stateless_fold_in(epoch_seed, number)
            )
        )
        return shuffled.rebatch(batch_size)

    def parse(serialized: tf.Tensor) -> dict[str, tf.Tensor]:
        values = tf.io.parse_example(serialized, spec)
        return {
            name: tf.cast(values[column], tf.int32) for name, column in _named(columns)
        }

    epochs = tf.data.Dataset.counter(first_epoch)
    return epochs.flat_map(one_epoch).map(parse, num_parallel_calls=tf.data.AUTOTUNE)


def _deal(
    batch: dict[str, tf.Tensor], rows: int, num_replicas: int, width: int
) -> dict[str, tf.Tensor]:
    """Deals the rows of a batch to the replicas like cards.

    Returns:
      {name: int32 [`num_replicas`, `rows`, W]}; rows that lack are padding, as evenly
      spread as can be.
    """

    def deal(values: tf.Tensor) -> tf.Tensor:
        missing = rows * num_replicas - tf.shape(values)[0]
        values = tf.pad(values, [[0, missing], [0, 0]])
        values = tf.reshape(values, [rows, num_replicas, width])
        return tf.transpose(values, [1, 0, 2])

    return {name: deal(values) for name, values in batch.items()}


def _with_positions(
    batch: dict[str, tf.Tensor], num_items: int
) -> tuple[dict[str, tf.Tensor], tf.Tensor, tf.Tensor]:
    """Returns `(x, y, weights)` of one replica (see `training_batches`)."""
    x = dict(batch)
    target = tf.reshape(x.pop(TARGET), [-1])
    inputs = tf.reshape(x[ITEM_ID], [-1])
    real = (inputs != PADDING_ID) & (target >= 1) & (target <= num_items)
    positions = tf.cast(tf.where(real)[:, 0], tf.int32)
    count = tf.shape(positions)[0]
    rung = max(1, inputs.shape[0] // _LADDER)
    missing = tf.maximum(-(-count // rung), 1) * rung - count
    positions = tf.pad(positions, [[0, missing]])
    weights = tf.pad(tf.ones([count], tf.float32), [[0, missing]])
    labels = tf.gather(target, positions) - 1
    # Padding points at position 0, whose own target may be none.
    x[POSITIONS] = positions
    return x, tf.maximum(labels, 0) * tf.cast(weights, tf.int32), weights
