"""Hides inputs from training, so that a model learns what to make of the unknown."""

import tensorflow as tf

from schemas.features import PADDING_ID


def hide_inputs(
    ids: tf.Tensor, rate: float, hidden_id: int, seed: tf.Tensor
) -> tf.Tensor:
    """Replaces a random share of real inputs by one id.

    No training window holds an item that the vocabulary lacks, unless rare ones were
    left out of it; and no gap to the next event is unknown there. Held-out windows hold
    both, and would be read by vectors that no gradient ever reached.

    Args:
      ids: int32 [`rows`, `steps`], left-padded with 0.
      rate: the probability of each input to be hidden.
      hidden_id: what stands in its place.
      seed: int64 [2]; the draw follows from it.

    Returns:
      int32 [`rows`, `steps`]; padding stays padding.
    """
    drawn = tf.random.stateless_uniform(tf.shape(ids), seed) < rate
    return tf.where(drawn & (ids != PADDING_ID), hidden_id, ids)
