"""Several training steps for one call from Python.

Between two steps Keras comes back to Python for the callbacks, which look at the loss
and so wait for the device. `steps_per_execution` lets that happen once in some steps;
but Keras' own loop would run past the end of an epoch whose steps it does not divide,
since the batches are endless. This one stops there.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

Element = Any
Batch = Any


class StepLoop:
    """Runs `model.steps_per_execution` steps, fewer at the end of an epoch.

    It takes the place of the function that `fit` calls (`model.train_function`), on
    the TensorFlow backend and one device.

    Args:
      model: compiled, its `steps_per_execution` at most that of `fit`.
      steps: of an epoch.
      num_steps: the most steps that are left of the training.
      fill: makes a batch of what the dataset yields; None takes it as it is.
      done: steps of the first epoch that are behind it.
    """

    def __init__(
        self,
        model: keras.Model,
        steps: int,
        num_steps: int,
        fill: Callable[[Element], Batch] | None = None,
        done: int = 0,
    ) -> None:
        self._most = model.steps_per_execution
        self._steps, self._left, self._in_epoch = steps, num_steps, done

        compiled = {"autograph": False, "reduce_retracing": True}
        jit_compile = bool(model.jit_compile)
        train = tf.function(model.train_step, jit_compile=jit_compile, **compiled)
        # Outside of what XLA compiles: it draws other numbers of the same seed.
        filled = None if fill is None else tf.function(fill, **compiled)

        def step(element: Element) -> Any:
            return train(element if filled is None else filled(element))

        def several(iterator: Any, count: tf.Tensor) -> Any:
            logs = step(iterator.get_next())
            _, logs = tf.while_loop(
                lambda done, _: done < count,
                lambda done, _: (done + 1, step(iterator.get_next())),
                (tf.constant(1), logs),
                # A step needs the weights of the one before.
                parallel_iterations=1,
            )
            return logs

        self._several = tf.function(several, **compiled)

    def __call__(self, iterator: Any) -> Any:
        """Runs the steps, and returns the figures after the last one."""
        # To the next multiple, from where an earlier call may have stopped short of it.
        most = self._most - self._in_epoch % self._most
        count = min(most, self._steps - self._in_epoch, self._left)
        self._in_epoch = (self._in_epoch + count) % self._steps
        self._left -= count
        return self._several(iterator, tf.constant(count))
