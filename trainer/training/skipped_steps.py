"""Steps of an epoch that an earlier call of a training has done."""

from typing import Any

import keras


class SkippedSteps:
    """Does nothing in the first calls, and then what it stands for.

    It takes the place of the function that `fit` calls for each step
    (`model.train_function`), so that a training which goes on inside an epoch numbers
    its steps as if it had not stopped.

    Args:
      model: with its function for a step.
      calls: that do nothing.
    """

    def __init__(self, model: keras.Model, calls: int) -> None:
        self._model, self._function, self._left = model, model.train_function, calls

    def __call__(self, *args: Any) -> Any:
        """Takes what `fit` gives: an iterator, behind the state on JAX."""
        if not self._left:
            return self._function(*args)
        self._left -= 1
        # An epoch of which every step was done has these figures and no others.
        logs = self._model.get_metrics_result()
        return (logs, args[0]) if keras.backend.backend() == "jax" else logs


def calls_for(step: int, steps: int, steps_per_execution: int) -> int:
    """Returns how many calls of an epoch's the first `step` steps take.

    Where a last one is left in part (another machine ran other numbers of steps
    together), it is not counted: `StepLoop` does its rest.

    Args:
      step: from 0 to `steps`.
      steps: of the epoch.
      steps_per_execution: of one call.
    """
    if step == steps:
        return -(-steps // steps_per_execution)
    return step // steps_per_execution
