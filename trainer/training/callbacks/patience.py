"""Stops a training that gets no better."""

from typing import Any

import keras

from trainer.training.callbacks.best_weights import BestWeights
from trainer.training.callbacks.history_file import HistoryFile


class Patience(keras.callbacks.Callback):
    """Ends training after so many epochs without a better one.

    It must stand behind the two that it reads. What it goes by is in the state, so that
    a training that goes on waits no longer than one that was never stopped.

    Args:
      epochs: how many, at least 1.
      best: knows the best epoch.
      history: knows how many there are.
    """

    def __init__(self, epochs: int, best: BestWeights, history: HistoryFile) -> None:
        super().__init__()
        self._epochs, self._best, self._history = epochs, best, history

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Counts the epochs since the best one."""
        if len(self._history.rows) - self._best.epoch >= self._epochs:
            self.model.stop_training = True
