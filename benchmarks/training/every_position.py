"""Logits at every position: what `logits` measures the product against.

The models are the product's own. They are asked for more positions than are needed,
as a model is that puts a dense layer behind all its states.
"""

from typing import Any

import tensorflow as tf

from schemas.features import ITEM_ID
from trainer.models.base import DAYS, POSITIONS

Tensor = Any
Step = tuple[dict[str, Tensor], Tensor, Tensor]


def at_every_position(
    x: dict[str, Tensor], y: Tensor, weights: Tensor, width: int | None = None
) -> Step:
    """Turns a training batch into one with the same targets among all positions.

    Args:
      x: as `trainer.batching.batches.training_batches` gives it.
      y: likewise.
      weights: likewise.
      width: columns to pad the rows to; None leaves them as they are.

    Returns:
      `x` with `rows` * `width` positions, and labels and weights for each: weight 0
      where `positions` had none. The mean loss over the weights is the same.
    """
    rows, steps = tf.unstack(tf.shape(x[ITEM_ID]))
    columns = steps if width is None else width
    wide = {name: _widened(x[name], columns) for name in (ITEM_ID, DAYS) if name in x}
    row, column = x[POSITIONS] // steps, x[POSITIONS] % steps
    place = (row * columns + columns - steps + column)[:, tf.newaxis]
    size = rows * columns
    # What fills `positions` up points to position 0 with label and weight 0: added to
    # what may stand there it changes nothing.
    return (
        {**wide, POSITIONS: tf.range(size)},
        tf.scatter_nd(place, y, [size]),
        tf.scatter_nd(place, weights, [size]),
    )


class EveryPosition:
    """A model that scores every position and gives the scores of the last ones.

    Args:
      model: a model of the product.
    """

    def __init__(self, model: Any) -> None:
        self._model = model

    def __call__(self, inputs: dict[str, Tensor], training: bool = False) -> Tensor:
        """Returns float32 [`batch`, N], as the model itself does."""
        rows, steps = tf.unstack(tf.shape(inputs[ITEM_ID]))
        positions = tf.range(rows * steps)
        logits = self._model({**inputs, POSITIONS: positions}, training=training)
        return tf.reshape(logits, [rows, steps, logits.shape[-1]])[:, -1]


def _widened(ids: Tensor, columns: Tensor) -> Tensor:
    return tf.pad(ids, [[0, 0], [columns - tf.shape(ids)[1], 0]])
