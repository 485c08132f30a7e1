"""What is drawn for each training step: hidden inputs and negatives.

The draws follow from the seed and the number of the element alone, so that a run that
goes on draws what it would have drawn.
"""

from typing import Any

import tensorflow as tf

from schemas.features import ITEM_ID, PADDING_ID
from trainer.hidden_inputs import hide_inputs
from trainer.models.base import DAYS, LABELS, LOG_PROBABILITY, NEGATIVES
from trainer.negatives import sample_negatives

# Keep these draws apart from those of the order and from each other.
_NEGATIVES = 1 << 32
_UNKNOWN_ITEMS = 2 << 32
_UNKNOWN_GAPS = 3 << 32


def with_unknown(
    elements: tf.data.Dataset,
    num_items: int,
    rate: float,
    seed: int,
    first: int = 0,
    hides_gaps: bool = False,
) -> tf.data.Dataset:
    """Hides inputs; what is to be predicted stays.

    Args:
      elements: those of `trainer.batches.training_batches`.
      num_items: N; the hidden items become N + 1.
      rate: the share of inputs to hide.
      seed: of the run.
      first: the number of the first element.
      hides_gaps: whether the days are gaps, of which the same share becomes 0.
    """

    def hide(index: tf.Tensor, element: Any) -> Any:
        x, y, weights = element
        hidden = {ITEM_ID: (num_items + 1, _UNKNOWN_ITEMS)}
        if hides_gaps:
            hidden[DAYS] = (PADDING_ID, _UNKNOWN_GAPS)
        changed = {
            name: hide_inputs(x[name], rate, hidden_id, pair(seed + apart, index))
            for name, (hidden_id, apart) in hidden.items()
        }
        return {**x, **changed}, y, weights

    return elements.enumerate(first).map(hide, num_parallel_calls=tf.data.AUTOTUNE)


def with_negatives(
    elements: tf.data.Dataset,
    num_items: int,
    num_negatives: int,
    seed: int,
    first: int = 0,
) -> tf.data.Dataset:
    """Adds negatives of its own to every element.

    Args:
      elements: those of `trainer.batches.training_batches`, which says what comes out.
      num_items: N.
      num_negatives: how many to draw.
      seed: of the run.
      first: the number of the first element.
    """

    def add(index: tf.Tensor, element: Any) -> Any:
        x, y, weights = element
        negatives, log_probability = sample_negatives(
            num_items, num_negatives, pair(seed + _NEGATIVES, index)
        )
        drawn = {NEGATIVES: negatives, LOG_PROBABILITY: log_probability}
        return {**x, LABELS: y, **drawn}, tf.zeros_like(y), weights

    return elements.enumerate(first).map(add, num_parallel_calls=tf.data.AUTOTUNE)


def pair(seed: int, number: tf.Tensor) -> tf.Tensor:
    """Returns the seed of a stateless draw, int64 [2]."""
    return tf.stack([tf.constant(seed, tf.int64), tf.cast(number, tf.int64)])
