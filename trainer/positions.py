"""Which positions of a window are learned from."""

import tensorflow as tf

from schemas.features import PADDING_ID
from trainer.options import TrainPositions


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
