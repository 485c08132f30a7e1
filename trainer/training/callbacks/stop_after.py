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
        """Looks at the number of the step; not every one comes by.

        Args:
          batch: the last step of those that ran together, in the epoch, from 0; past
            its end where it ended before so many had run.
          logs: figures by name.
        """
        if min(batch + 1, self.params["steps"]) >= self._left:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Takes off the steps of the epoch."""
        self._left -= self.params["steps"]
