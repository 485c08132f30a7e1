"""How fast this machine multiplies matrices: what floors are reckoned from."""

import time

import numpy as np
import tensorflow as tf

_ROUNDS = 20
_SIZE = 1024


def multiply_adds_a_second() -> float:
    """Returns the speed of a product of two float32 matrices, the best of 20.

    By TensorFlow on all cores, as a model's layers are computed, and of matrices that
    are large enough to be multiplied at full speed: 1,024 rows and columns each.
    """
    generator = np.random.default_rng(0)
    left, right = (
        tf.constant(generator.normal(size=size), tf.float32)
        for size in ((_SIZE, _SIZE), (_SIZE, _SIZE))
    )
    multiply = tf.function(tf.matmul)
    multiply(left, right)
    seconds = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        multiply(left, right).numpy()
        seconds.append(time.perf_counter() - started)
    return _SIZE**3 / min(seconds)
