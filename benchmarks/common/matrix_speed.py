"""The speed at which this machine multiplies matrices: the floor of training."""

import time

import numpy as np

# Of a product of a training step of the notebook's model: rows, inner, columns.
SIZES = (2560, 1024, 4096)
_ROUNDS = 7


def multiply_adds_per_second(sizes: tuple[int, int, int] = SIZES) -> float:
    """Returns the multiply-adds a second of the fastest of some float32 products.

    By TensorFlow, on all cores that it takes.

    Args:
      sizes: rows, inner size and columns.
    """
    import tensorflow as tf

    rows, inner, columns = sizes
    generator = np.random.default_rng(0)
    left = tf.constant(generator.normal(size=(rows, inner)).astype(np.float32))
    right = tf.constant(generator.normal(size=(inner, columns)).astype(np.float32))
    tf.matmul(left, right)
    seconds = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        tf.matmul(left, right)
        seconds.append(time.perf_counter() - start)
    return rows * inner * columns / min(seconds)
