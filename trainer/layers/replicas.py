"""Sums over the replicas of a TensorFlow distribution strategy."""

from typing import Any

import keras

Tensor = Any


def num_replicas() -> int:
    """Returns how many replicas run this step; 1 outside a strategy's step."""
    if keras.backend.backend() != "tensorflow":
        return 1
    import tensorflow as tf

    if tf.distribute.in_cross_replica_context():
        return 1
    return int(tf.distribute.get_strategy().num_replicas_in_sync)


def sum_over_replicas(value: Tensor) -> Tensor:
    """Returns the sum of `value` over the replicas, differentiable.

    Other backends than TensorFlow distribute arrays and not steps: there, and with a
    single replica, `value` is the sum already.
    """
    if num_replicas() == 1:
        return value
    import tensorflow as tf

    context = tf.distribute.get_replica_context()
    return context.all_reduce(tf.distribute.ReduceOp.SUM, value)
