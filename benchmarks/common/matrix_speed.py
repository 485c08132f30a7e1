"""How fast this machine multiplies matrices: what floors are reckoned from."""

import time

import numpy as np
import tensorflow as tf

_ROUNDS = 20


def multiply_adds_a_second(rows: int, inner: int, columns: int) -> float:
    """Returns the speed of a product of two float32 matrices, the best of 20.

    By TensorFlow on all cores, as a model's layers are computed.

    Args:
      rows: of the first matrix.
      inner: its columns, and the rows of the second.
      columns: of the second.
    """
    generator = np.random.default_rng(0)
    left, right = (
        tf.constant(generator.normal(size=size), tf.float32)
        for size in ((rows, inner), (inner, columns))
    )
    multiply = tf.function(tf.matmul)
    multiply(left, right)
    seconds = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        multiply(left, right).numpy()
        seconds.append(time.perf_counter() - started)
    return rows * inner * columns / min(seconds)
