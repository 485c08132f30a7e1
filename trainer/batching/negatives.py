"""Draws the items that a sampled softmax compares a target with."""

import tensorflow as tf

LOWEST_UNIFORM = 1e-7


def sample_negatives(
    num_items: int, num_negatives: int, seed: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Draws items without replacement, frequent ones more often.

    Ids are given by falling frequency. The item of rank r has the weight
    log(1 + 1/r), as in TensorFlow's log-uniform sampler: about what Zipf's law gives.

    Every item gets an exponential arrival time, with its weight as the rate, and the
    earliest are the sample. Given the time tau of the first item left out, an item is
    in the sample with the probability 1 - exp(-weight * tau); with it the sum over
    the sample is an unbiased estimate of the sum over the catalogue (E. Cohen and
    H. Kaplan, Summarizing Data Using Bottom-k Sketches, 2007).

    Args:
      num_items: N.
      num_negatives: K; from N on it is the whole catalogue, without a doubt.
      seed: int [2]; the same seed gives the same sample.

    Returns:
      int32 [min(K, N)] columns, that is ids - 1, and float32 [min(K, N)] logs of the
      probabilities of being in the sample.
    """
    if num_negatives >= num_items:
        return tf.range(num_items), tf.zeros([num_items])
    rank = tf.range(1, num_items + 1, dtype=tf.float32)
    weight = tf.math.log1p(1.0 / rank)
    uniform = tf.random.stateless_uniform([num_items], seed, minval=LOWEST_UNIFORM)
    arrival = -tf.math.log(uniform) / weight
    earliest, columns = tf.math.top_k(-arrival, num_negatives + 1)
    first_left_out = -earliest[num_negatives]
    columns = columns[:num_negatives]
    rate = tf.gather(weight, columns) * first_left_out
    return columns, tf.math.log(-tf.math.expm1(-rate))
