"""Stops a training after a number of steps, inside an epoch if need be."""

from typing import Any

import keras


class StopAfter(keras.callbacks.Callback):
    """Ends the epoch at hand, as its last, after `num_steps` steps in all.

    Args:
      num_steps: at least 1.
    """

    def __init__(self, num_steps: int) -> None:
        super().__init__()
        self._left = num_steps

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        """Counts the step."""
        self._left -= 1
        if self._left <= 0:
            self.model.stop_training = True
