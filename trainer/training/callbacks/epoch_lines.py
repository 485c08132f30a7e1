"""One line for each epoch, for a log."""

import sys
import time
from typing import Any

import keras

from trainer.training.callbacks.time_left import TimeLeft


def epoch_line(epoch: int, epochs: int, logs: dict[str, Any]) -> str:
    """Returns the figures of an epoch as a line.

    Args:
      epoch: its number, from 0.
      epochs: the most epochs.
      logs: figures by name; they are shown in the order of `loss`, then by name.
    """
    names = sorted(logs, key=lambda name: (name != "loss", name != "val_loss", name))
    figures = "  ".join(f"{name} {logs[name]:.4f}" for name in names)
    return f"epoch {epoch + 1}/{epochs}  {figures}"


class EpochLines(keras.callbacks.Callback):
    """Writes a line to stderr after each epoch.

    Args:
      epochs: the most epochs.
      done: as `TimeLeft`.
    """

    def __init__(self, epochs: int, done: float = 0.0) -> None:
        super().__init__()
        self._epochs = epochs
        self._start = 0.0
        self._time_left = TimeLeft(epochs, done)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Starts the clock."""
        self._start = time.monotonic()
        self._time_left.after(epoch)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Writes the line."""
        seconds = time.monotonic() - self._start
        line = epoch_line(epoch, self._epochs, logs or {})
        parts = [line, f"{seconds:.1f} s", self._time_left.after(epoch + 1)]
        print("  ".join(filter(None, parts)), file=sys.stderr, flush=True)
