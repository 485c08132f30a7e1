"""Stops a training that has diverged."""

import math
from typing import Any

import keras

from schemas.errors import UserError


class StopOnNan(keras.callbacks.Callback):
    """Raises `UserError` where the loss is no finite number any more.

    Args:
      learning_rate: the one in use, for the message.
    """

    def __init__(self, learning_rate: float) -> None:
        super().__init__()
        self._learning_rate = learning_rate
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Remembers the epoch."""
        self._epoch = epoch

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        """Looks at the loss."""
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            raise UserError(
                f"the loss is {loss} at step {batch + 1} of epoch {self._epoch + 1}: "
                "training has diverged; lower --learning_rate (now "
                f"{self._learning_rate:g})."
            )
