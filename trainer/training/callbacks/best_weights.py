"""The weights of the best epoch."""

import os
from pathlib import Path
from typing import Any

import keras
import numpy as np

from trainer.storage.disk_room import check_room
from trainer.training.monitor import Monitor


class BestWeights(keras.callbacks.Callback):
    """Keeps the weights of the epoch with the best figure, the first of equal ones.

    The file is replaced when the new one is whole.

    Args:
      path: the file, whose name ends in `.weights.h5`.
      monitor: the figure.

    Attributes:
      best: the figure of the epoch that was kept; None before there is one.
    """

    def __init__(self, path: Path, monitor: Monitor) -> None:
        super().__init__()
        self.best: float | None = None
        self._path, self._monitor = path, monitor

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Looks at the figure of the epoch."""
        figures = logs or {}
        if self.best is None or self._monitor.is_better(figures, self.best):
            write_weights(self.model, self._path)
            self.best = float(figures[self._monitor.name])


def write_weights(model: keras.Model, path: Path) -> None:
    """Writes a file of weights whole or not at all.

    Args:
      model: whose weights.
      path: the file, whose name ends in `.weights.h5`.

    Raises:
      UserError: the disk is full.
    """
    check_room(path, size_bytes(model))
    # Keras wants this ending, and HDF5 writes in place.
    partial = path.with_name(f"partial-{path.name}")
    model.save_weights(partial)
    os.replace(partial, path)


def size_bytes(model: keras.Model) -> int:
    """Returns what the values of the weights take in a file."""
    return sum(
        int(np.prod(weight.shape)) * np.dtype(weight.dtype).itemsize
        for weight in model.weights
    )
