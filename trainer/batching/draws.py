"""What is drawn for each training step: hidden inputs and negatives.

The draws follow from the seed and the number of the element alone, so that a run that
goes on draws what it would have drawn.
"""

from typing import Any

import tensorflow as tf

from schemas.features import ITEM_ID, PADDING_ID
from trainer.batching.hidden_inputs import hide_inputs
from trainer.batching.negatives import sample_negatives
from trainer.models.base import DAYS, LABELS, LOG_PROBABILITY, NEGATIVES

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
      elements: those of `trainer.batching.batches.training_batches`.
      num_items: N; the hidden items become N + 1.
      rate: the share of inputs to hide.
      seed: of the run.
      first: the number of the first element.
      hides_gaps: whether the days are gaps, of which the same share becomes 0.
    """

    def hide(index: tf.Tensor, element: Any) -> Any:
        x, y, weights = element
        return hidden(x, index, num_items, rate, seed, hides_gaps), y, weights

    return elements.enumerate(first).map(hide, num_parallel_calls=tf.data.AUTOTUNE)


def hidden(
    x: dict[str, tf.Tensor],
    index: tf.Tensor,
    num_items: int,
    rate: float,
    seed: int,
    hides_gaps: bool,
) -> dict[str, tf.Tensor]:
    """Returns the inputs of the element of this number with some hidden.

    Args:
      x: its inputs.
      index: int64, its number.
      num_items: as in `with_unknown`, as are the others.
      rate: see there.
      seed: see there.
      hides_gaps: see there.
    """
    ids = {ITEM_ID: (num_items + 1, _UNKNOWN_ITEMS)}
    if hides_gaps:
        ids[DAYS] = (PADDING_ID, _UNKNOWN_GAPS)
    changed = {
        name: hide_inputs(x[name], rate, hidden_id, pair(seed + apart, index))
        for name, (hidden_id, apart) in ids.items()
    }
    return {**x, **changed}


def with_negatives(
    elements: tf.data.Dataset,
    num_items: int,
    num_negatives: int,
    seed: int,
    first: int = 0,
) -> tf.data.Dataset:
    """Adds negatives of its own to every element.

    Args:
      elements: those of `trainer.batching.batches.training_batches`, which says what
        comes out.
      num_items: N.
      num_negatives: how many to draw.
      seed: of the run.
      first: the number of the first element.
    """

    def add(index: tf.Tensor, element: Any) -> Any:
        x, y, weights = element
        drawn = negatives_of(index, num_items, num_negatives, seed)
        return {**x, LABELS: y, **drawn}, tf.zeros_like(y), weights

    return elements.enumerate(first).map(add, num_parallel_calls=tf.data.AUTOTUNE)


def negatives_of(
    index: tf.Tensor, num_items: int, num_negatives: int, seed: int
) -> dict[str, tf.Tensor]:
    """Returns what `sample_negatives` draws for the element of this number."""
    negatives, log_probability = sample_negatives(
        num_items, num_negatives, pair(seed + _NEGATIVES, index)
    )
    return {NEGATIVES: negatives, LOG_PROBABILITY: log_probability}


def pair(seed: int, number: tf.Tensor) -> tf.Tensor:
    """Returns the seed of a stateless draw, int64 [2]."""
    return tf.stack([tf.constant(seed, tf.int64), tf.cast(number, tf.int64)])
