"""Stops a training that has diverged."""

import math
from pathlib import Path
from typing import Any

import keras
import numpy as np

from schemas.errors import UserError
from trainer.storage.stand_ins import name_of

# Times the loss of blind guesses. Training starts from popularity, which is better, and
# no model that learns comes near.
EXPLODED = 10


class DivergedError(UserError):
    """Training has diverged.

    Args:
      reason: the sentence, with what to do.
      kept: says where the last good state is; empty where there is none.

    Attributes:
      reason: likewise, for those who do not keep the state.
    """

    def __init__(self, reason: str, kept: str = "") -> None:
        super().__init__(f"{reason} {kept}".rstrip())
        self.reason = reason


class StopOnDivergence(keras.callbacks.Callback):
    """Raises `DivergedError` where a loss or weight is not finite, or a loss too large.

    It must stand before the callbacks that save weights.

    Args:
      learning_rate: the largest, as it was asked for.
      num_items: N; guessing blindly has a loss of log N.
      kept: the file of the state that a stopped training leaves, for the message.
    """

    def __init__(self, learning_rate: float, num_items: int, kept: Path) -> None:
        super().__init__()
        self._learning_rate, self._kept = learning_rate, kept
        self._most = EXPLODED * math.log(max(num_items, 2))
        self._epoch = self._step = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Remembers the epoch."""
        self._epoch = epoch

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        """Looks at the loss, the mean of the epoch so far."""
        self._step = batch
        loss = (logs or {}).get("loss")
        if loss is None:
            return
        if not math.isfinite(loss):
            self._stop(f"the loss is {loss}")
        if loss > self._most:
            self._stop(
                f"the loss has exploded to {loss:.4g}, {EXPLODED} times that of blind "
                "guesses and more,"
            )

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Looks at the weights, which a last step can spoil behind its own loss."""
        self.check_weights()

    def check_weights(self) -> None:
        """Raises `DivergedError` where a weight is no finite number."""
        if keras.backend.backend() == "jax":
            self.model.jax_state_sync()
        for variable in self.model.weights:
            values = keras.ops.convert_to_numpy(variable)
            if not np.isfinite(values).all():
                self._stop(f"{variable.path} holds values that are no numbers")

    def _stop(self, what: str) -> None:
        rate = _rate_of_last_step(self.model.optimizer)
        kept = (
            f"The last good state is kept in {name_of(self._kept)}."
            if self._kept.exists()
            else ""
        )
        raise DivergedError(
            f"{what} at step {self._step + 1} of epoch {self._epoch + 1}, at a "
            f"learning rate of {rate:g}: training has diverged; lower --learning_rate "
            f"(now {self._learning_rate:g}).",
            kept,
        )


def _rate_of_last_step(optimizer: keras.Optimizer) -> float:
    # `learning_rate` is that of the step to come, at whose end a schedule may be at 0.
    rate = optimizer._learning_rate
    if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        rate = rate(keras.ops.maximum(optimizer.iterations - 1, 0))
    return float(keras.ops.convert_to_numpy(rate))
