"""Batches for training, as a `tf.data` dataset.

A set that fits is parsed once and kept in memory: an epoch is then a permutation of
row numbers. A larger one is streamed from its shards anew every epoch. Either way
the order follows from the seed and the epoch alone.
"""

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from schemas.features import GAP_DAYS, ITEM_ID, START, TARGET
from trainer.batching.batch_cuts import cut_batches
from trainer.batching.batch_plan import BatchPlan
from trainer.batching.draws import pair, with_negatives, with_unknown
from trainer.batching.positions import (
    labels_at,
    learned_positions,
    padded_positions,
    real_targets,
)
from trainer.batching.training_rows import Rows, training_columns
from trainer.batching.widths import cut_padding, needed_width
from trainer.data.data_set import DAY_COLUMNS, DataSet
from trainer.data.records import feature_spec
from trainer.models.base import DAYS, POSITIONS
from trainer.options import TrainPositions

_SHUFFLE_BUFFER = 1 << 17
_READ_BUFFER_BYTES = 8 << 20


@dataclass(frozen=True)
class BatchSettings:
    """How training batches are made.

    Attributes:
      day_feature: a key of `DAY_COLUMNS`.
      plan: the rows of a step, of all replicas together, and the steps of an epoch.
      train_positions: the targets of a window that are learned from: `all`; `once`,
        those in no earlier window of the history; `last`.
      num_negatives: items drawn for the sampled loss of each step; 0: no sampling.
      unknown_rate: share of inputs that are taken for the unknown item, and, where the
        days are gaps, of gaps that are taken for unknown, each by itself.
      seed: of the order and of all draws.
      first_epoch: the epoch to start with, for a run that goes on.
      first_step: the step of it to start with.
      num_replicas: over how many devices a step is spread.
    """

    day_feature: str
    plan: BatchPlan
    train_positions: TrainPositions = "all"
    num_negatives: int = 0
    unknown_rate: float = 0.0
    seed: int = 0
    first_epoch: int = 0
    first_step: int = 0
    num_replicas: int = 1

    @property
    def first_batch(self) -> int:
        """The number of the first batch, from the start of the training."""
        return self.first_epoch * self.plan.num_batches + self.first_step


# No function here branches on a tensor, and AutoGraph takes longer to look than all
# the tracing does.
@tf.autograph.experimental.do_not_convert
def training_batches(
    data_set: DataSet, split: str, settings: BatchSettings, rows: Rows | None = None
) -> tf.data.Dataset:
    """Returns endless training batches; an epoch is `plan.num_batches` of them.

    An element is `(x, y, weights)`:

    - x: `item_id` and, unless `day_feature` is `none`, `days`, int32 [`rows`,
      `steps`]; and `positions`, int32 [`num_positions`], the indices into `rows` *
      `steps` of the targets to learn from, padded with 0;
    - y: int32 [`num_positions`], the target's id - 1;
    - weights: float32 [`num_positions`], 1 at real targets and 0 at padding.

    With `unknown_rate`, a share of `item_id` is N + 1, and of gaps 0.
    With `num_negatives`, x holds y as `labels` and what `sample_negatives` drew as
    `negatives` and `log_probability`, and y is 0: the place of the target among the
    logits of `ItemScores.sampled`.

    `steps` is one of the plan's widths, the least that every row of the batch fits.
    `rows` is what the plan says for it, divided by the replicas and rounded up, and
    the elements of one step follow each other, one for each replica; the rows that a
    last batch lacks are padding. A position is real where its input is no padding and
    its target is an item of the vocabulary.

    Args:
      data_set: the data set.
      split: the split to learn from.
      settings: how.
      rows: those of the split, from `rows_in_memory`; None streams them from the
        shards, which `count_targets` has found whole.
    """
    with tf.device("CPU:0"):
        if rows is None:
            columns = training_columns(settings.day_feature)
            batches = _from_files(data_set, split, columns, settings)
        else:
            batches = _from_memory(rows, settings)
        dealt = batches.map(
            lambda batch: _deal(cut_padding(batch, settings.plan.widths), settings),
            num_parallel_calls=tf.data.AUTOTUNE,
        ).unbatch()
        window = data_set.manifest.window
        elements = dealt.map(
            lambda batch: _with_positions(
                batch,
                data_set.num_items,
                learned_positions(
                    batch[ITEM_ID],
                    batch[START],
                    settings.train_positions,
                    window.max_length,
                    window.stride,
                ),
            ),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
        drawn = _with_draws(elements, data_set.num_items, settings)
        return drawn.prefetch(tf.data.AUTOTUNE)


def _from_memory(columns: Rows, settings: BatchSettings) -> tf.data.Dataset:
    """Yields batches {name: int32 [<= rows of the plan, ...]}, epoch after epoch."""
    tensors = {name: tf.constant(column) for name, column in columns.items()}
    needed = needed_width(tensors[ITEM_ID], settings.plan.widths)
    return row_batches(needed, settings).map(
        lambda rows: {name: tf.gather(t, rows) for name, t in tensors.items()},
        num_parallel_calls=tf.data.AUTOTUNE,
    )


def row_batches(needed: tf.Tensor, settings: BatchSettings) -> tf.data.Dataset:
    """Yields the row numbers of each batch, int32 [<= rows of the plan], endlessly.

    They begin with the first step of the first epoch that the settings name.

    Args:
      needed: int32 [`num_rows`], as `needed_width` gives it.
      settings: how batches are made.
    """

    def one_epoch(epoch: tf.Tensor) -> tf.data.Dataset:
        seed = pair(settings.seed, epoch)
        numbers = tf.range(tf.size(needed))
        shuffled = tf.random.experimental.stateless_shuffle(numbers, seed)
        order, limits, _ = cut_batches(
            tf.gather(needed, shuffled), settings.plan, True, _of_batches(seed)
        )
        rows = tf.gather(shuffled, order)
        return tf.data.Dataset.from_tensor_slices(limits).map(
            lambda limit: rows[limit[0] : limit[1]]
        )

    epochs = tf.data.Dataset.counter(settings.first_epoch)
    return epochs.flat_map(one_epoch).skip(settings.first_step)


def _from_files(
    data_set: DataSet, split: str, columns: dict[str, str], settings: BatchSettings
) -> tf.data.Dataset:
    """Yields batches {name: int32 [<= rows of the plan, ...]}, epoch after epoch."""
    features = data_set.manifest.features
    spec = feature_spec({column: features[column] for column in columns.values()})
    files, plan = tf.constant(data_set.files(split)), settings.plan

    def parse(serialized: tf.Tensor) -> dict[str, tf.Tensor]:
        values = tf.io.parse_example(serialized, spec)
        return {
            name: tf.cast(values[column], tf.int32) for name, column in columns.items()
        }

    def one_epoch(epoch: tf.Tensor) -> tf.data.Dataset:
        epoch_seed = pair(settings.seed, epoch)
        order = tf.random.experimental.stateless_shuffle(files, epoch_seed)
        records = tf.data.Dataset.from_tensor_slices(order).interleave(
            lambda path: tf.data.TFRecordDataset(path, "GZIP", _READ_BUFFER_BYTES),
            cycle_length=16,
            block_length=16,
            num_parallel_calls=tf.data.AUTOTUNE,
            deterministic=True,
        )

        # `Dataset.shuffle` takes no seed that is a tensor once a global seed is set.
        def shuffle(number: tf.Tensor, block: tf.Tensor) -> dict[str, tf.Tensor]:
            rows = parse(block)
            seed = tf.random.experimental.stateless_fold_in(epoch_seed, number)
            numbers = tf.range(tf.size(block))
            block_order = tf.random.experimental.stateless_shuffle(numbers, seed)
            return {name: tf.gather(t, block_order) for name, t in rows.items()}

        blocks = records.batch(_SHUFFLE_BUFFER).enumerate().map(shuffle)
        return _cut_blocks(blocks, parse(tf.zeros([0], tf.string)), plan, epoch_seed)

    epochs = tf.data.Dataset.counter(settings.first_epoch)
    return epochs.flat_map(one_epoch).skip(settings.first_step)


def _cut_blocks(
    blocks: tf.data.Dataset, no_rows: dict[str, tf.Tensor], plan: BatchPlan, seed: Any
) -> tf.data.Dataset:
    """Yields batches of shuffled blocks; what one leaves goes to the next."""

    def cut(left: Any, element: Any) -> Any:
        number, block, last = element
        rows = {name: tf.concat([left[name], block[name]], 0) for name in block}
        order, limits, rest = cut_batches(
            needed_width(rows[ITEM_ID], plan.widths),
            plan,
            last,
            tf.random.experimental.stateless_fold_in(_of_batches(seed), number),
        )
        batches = {name: tf.gather(values, order) for name, values in rows.items()}
        left = {name: tf.gather(values, rest) for name, values in rows.items()}
        return left, (batches, limits)

    def slices(rows: dict[str, tf.Tensor], limits: tf.Tensor) -> tf.data.Dataset:
        return tf.data.Dataset.from_tensor_slices(limits).map(
            lambda limit: {
                name: values[limit[0] : limit[1]] for name, values in rows.items()
            }
        )

    numbered = blocks.enumerate().map(lambda number, block: (number, block, False))
    end = tf.data.Dataset.from_tensors((tf.constant(-1, tf.int64), no_rows, True))
    return numbered.concatenate(end).scan(no_rows, cut).flat_map(slices)


def _of_batches(seed: tf.Tensor) -> tf.Tensor:
    """Returns the seed of the order of batches, apart from that of the rows."""
    return tf.random.experimental.stateless_fold_in(seed, 1 << 32)


def _deal(batch: dict[str, tf.Tensor], settings: BatchSettings) -> dict[str, tf.Tensor]:
    """Deals the rows of a batch to the replicas like cards.

    Returns:
      {name: int32 [`num_replicas`, `rows`, ...]}; rows that lack are padding, as evenly
      spread as can be.
    """
    num_replicas = settings.num_replicas
    plan = settings.plan
    width = tf.searchsorted(plan.widths, [tf.shape(batch[ITEM_ID])[1]])[0]
    rows = tf.gather([-(-rows // num_replicas) for rows in plan.rows], width)

    def deal(values: tf.Tensor) -> tf.Tensor:
        missing = rows * num_replicas - tf.shape(values)[0]
        values = tf.pad(values, [[0, missing]] + [[0, 0]] * (values.shape.rank - 1))
        inner = tf.shape(values)[1:]
        values = tf.reshape(values, tf.concat([[rows, num_replicas], inner], 0))
        return tf.transpose(values, [1, 0, *range(2, values.shape.rank)])

    return {name: deal(values) for name, values in batch.items()}


def _with_positions(
    batch: dict[str, tf.Tensor], num_items: int, learned: tf.Tensor
) -> tuple[dict[str, tf.Tensor], tf.Tensor, tf.Tensor]:
    """Returns `(x, y, weights)` of one replica (see `training_batches`)."""
    x = {name: value for name, value in batch.items() if name in (ITEM_ID, DAYS)}
    target = batch[TARGET]
    learned = learned & real_targets(x[ITEM_ID], target, num_items)
    positions, weights = padded_positions(learned)
    return {**x, POSITIONS: positions}, labels_at(target, positions, weights), weights


def _with_draws(
    elements: tf.data.Dataset, num_items: int, settings: BatchSettings
) -> tf.data.Dataset:
    """Adds what the settings let be drawn (see `training_batches`)."""
    seed = settings.seed
    first = settings.first_batch * settings.num_replicas
    if settings.unknown_rate:
        hides_gaps = DAY_COLUMNS[settings.day_feature] == GAP_DAYS
        elements = with_unknown(
            elements, num_items, settings.unknown_rate, seed, first, hides_gaps
        )
    if settings.num_negatives:
        elements = with_negatives(
            elements, num_items, settings.num_negatives, seed, first
        )
    return elements
