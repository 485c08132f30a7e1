"""The real steps of a batch, one after the other, without their padding."""

from typing import Any

import tensorflow as tf

from schemas.features import PADDING_ID

Tensor = Any


class PackedRows:
    """Where the steps of left-padded rows are among all steps packed together.

    First come the first steps of all rows, then the second ones, and so on; the rows
    stand by falling length, so that those which go on at a step are the first of those
    that were there before. The rows of PyTorch's `PackedSequence` stand alike. An empty
    row keeps one step of padding, so that there is always a step.

    For the TensorFlow backend, without XLA: sizes depend on the data.

    Args:
      item_id: int32 [`batch`, `steps`], left-padded with 0; `steps` is static.
    """

    def __init__(self, item_id: Tensor) -> None:
        steps = item_id.shape[1]
        if steps is None:
            raise ValueError("`item_id` must have a static number of steps, got None.")
        real = item_id != PADDING_ID
        length = tf.maximum(tf.reduce_sum(tf.cast(real, tf.int32), axis=1), 1)
        order = tf.argsort(length, direction="DESCENDING", stable=True)
        step = tf.range(steps)
        is_packed = step[:, tf.newaxis] < tf.gather(length, order)  # [steps, batch]
        # int32 [steps], the rows that have each step.
        self.counts = tf.reduce_sum(tf.cast(is_packed, tf.int32), axis=1)
        place = order * steps + steps - tf.gather(length, order) + step[:, tf.newaxis]
        self._source = tf.boolean_mask(place, is_packed)
        rank = tf.argsort(order)
        behind = step - steps + length[:, tf.newaxis]  # Real steps before a place.
        first = tf.cumsum(self.counts, exclusive=True)
        packed = tf.gather(first, tf.maximum(behind, 0)) + rank[:, tf.newaxis]
        self._packed = tf.where(behind >= 0, packed, 0)
        # bool [num_packed], False where an empty row keeps its one step.
        self.real = self.pack(real)

    def pack(self, values: Tensor) -> Tensor:
        """Returns [`num_packed`, ...] of [`batch`, `steps`, ...]."""
        flat = tf.reshape(values, [-1, *values.shape[2:]])
        return tf.gather(flat, self._source)

    def unpack(self, values: Tensor) -> Tensor:
        """Returns [`batch`, `steps`, ...] of [`num_packed`, ...].

        At padding stands the first of the values: it means nothing, but is a number.
        """
        return tf.gather(values, self._packed)
