"""Adds the validation figures to the logs of an epoch."""

from typing import Any

import keras

from trainer.training.validation import Validation


class Validate(keras.callbacks.Callback):
    """Measures the model after each epoch.

    The figures get the prefix `val_`. It must stand before the callbacks that read
    them: they share one dictionary.

    Args:
      validation: what to measure on.
    """

    def __init__(self, validation: Validation) -> None:
        super().__init__()
        self._validation = validation

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Adds `val_loss`, `val_hr@k` and `val_ndcg@k`."""
        if logs is not None:
            figures = self._validation(self.model)
            logs.update({f"val_{name}": value for name, value in figures.items()})
