"""Which positions of a window are learned from."""

import tensorflow as tf

from schemas.features import PADDING_ID
from trainer.options import TrainPositions

# Position counts are rounded up to this share of the positions, so that a compiled
# step sees a few shapes and not one for each batch.
_LADDER = 8


def padded_positions(learned: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns where a batch is learned from, padded to one of a few sizes.

    Args:
      learned: bool [`rows`, `steps`].

    Returns:
      int32 [`num_positions`], indices into `rows` * `steps`, padded with 0, and
      float32 [`num_positions`], 1 at real ones and 0 at padding.
    """
    positions = tf.cast(tf.where(tf.reshape(learned, [-1]))[:, 0], tf.int32)
    count = tf.size(positions)
    rung = tf.maximum(tf.size(learned) // _LADDER, 1)
    missing = tf.maximum(-(-count // rung), 1) * rung - count
    padding = [[0, missing]]
    weights = tf.pad(tf.ones([count], tf.float32), padding)
    return tf.pad(positions, padding), weights


def labels_at(target: tf.Tensor, positions: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Returns int32 [`num_positions`], the target's id - 1, and 0 at padding.

    Args:
      target: int32 [`rows`, `steps`].
      positions: as `padded_positions` gives them, as are the weights.
      weights: see there.
    """
    labels = tf.gather(tf.reshape(target, [-1]), positions) - 1
    # Padding points at position 0, whose own target may be none.
    return tf.maximum(labels, 0) * tf.cast(weights, tf.int32)


def real_targets(item_id: tf.Tensor, target: tf.Tensor, num_items: int) -> tf.Tensor:
    """Returns where an input is no padding and its target an item.

    Args:
      item_id: int32 [`rows`, W].
      target: int32 [`rows`, W].
      num_items: N.

    Returns:
      bool [`rows`, W].
    """
    return (item_id != PADDING_ID) & (target >= 1) & (target <= num_items)


def learned_positions(
    item_id: tf.Tensor,
    start: tf.Tensor,
    train_positions: TrainPositions,
    max_length: int,
    stride: int,
) -> tf.Tensor:
    """Returns bool [`rows`, `steps`]: the positions that `train_positions` names.

    Args:
      item_id: as in `new_targets`, as are the others.
      start: see there.
      train_positions: `all`; `once`, those of `new_targets`; `last`.
      max_length: W.
      stride: of the windows.
    """
    if train_positions == "once":
        return new_targets(item_id, start, max_length, stride)
    if train_positions == "last":
        return last_target(item_id)
    return tf.ones_like(item_id, tf.bool)


def new_targets(
    item_id: tf.Tensor, start: tf.Tensor, max_length: int, stride: int
) -> tf.Tensor:
    """Returns where a target is in no earlier window of the same history.

    The window before ends `stride` events before a full window does, and later in a
    history's last window, which may be shorter.

    Args:
      item_id: int32 [`rows`, `steps`], left-padded; `steps` may be less than W where
        no row is longer.
      start: int32 [`rows`], the index in the history of the first input.
      max_length: W.
      stride: of the windows.

    Returns:
      bool [`rows`, `steps`].
    """
    steps = tf.shape(item_id)[1]
    length = tf.reduce_sum(tf.cast(item_id != PADDING_ID, tf.int32), axis=1)
    num_new = tf.where(start > 0, length + stride - max_length, steps)
    position = tf.range(steps)[tf.newaxis, :]
    return position >= steps - num_new[:, tf.newaxis]


def last_target(item_id: tf.Tensor) -> tf.Tensor:
    """Returns bool [`rows`, `steps`]: the last step of each row."""
    rows, steps = tf.unstack(tf.shape(item_id))
    return tf.broadcast_to(tf.range(steps) == steps - 1, [rows, steps])


def first_events(item_id: tf.Tensor, start: tf.Tensor, num_items: int) -> tf.Tensor:
    """Returns where an input is the first event of a history, and a known item.

    Args:
      item_id: int32 [`rows`, W], left-padded.
      start: int32 [`rows`], the index in the history of the first input.
      num_items: N.

    Returns:
      bool [`rows`, W].
    """
    real = item_id != PADDING_ID
    before = tf.pad(real[:, :-1], [[0, 0], [1, 0]])
    known = real & (item_id <= num_items)
    return known & ~before & (start == 0)[:, tf.newaxis]
