"""Brings a run's files to remote storage as they come."""

from typing import Any

import keras

from trainer.storage.mirrors import publish_if_possible


class Publish(keras.callbacks.Callback):
    """Publishes the run after each epoch, so that one that is stopped leaves these.

    It must stand behind the callbacks that write.

    Args:
      output: the folder of the run, as the user named it.
    """

    def __init__(self, output: str) -> None:
        super().__init__()
        self._output = output

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Publishes, or warns."""
        publish_if_possible(self._output)
