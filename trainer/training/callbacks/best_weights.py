"""The weights of the best epoch."""

import os
from pathlib import Path
from typing import Any

import keras
import numpy as np

from trainer import run_files
from trainer.storage.disk_room import check_room
from trainer.training.callbacks.history_file import HistoryFile
from trainer.training.monitor import Monitor


class BestWeights(keras.callbacks.Callback):
    """Keeps the weights of the epoch with the best figures, the first of equal ones.

    It must stand behind the history. Each epoch has a file of its own: until a state
    names the new one, the earlier state needs the earlier one. `discard_others` then
    removes that.

    Args:
      folder: of the run.
      monitor: says which is the better of two.
      history: holds the figures of the epochs.
      epoch: the one that an earlier call has kept.

    Attributes:
      epoch: the number of the kept epoch, from 1; 0 before there is one.
    """

    def __init__(
        self, folder: Path, monitor: Monitor, history: HistoryFile, epoch: int = 0
    ) -> None:
        super().__init__()
        self.epoch = epoch
        self._folder, self._monitor, self._history = folder, monitor, history

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Looks at the figures of the epoch."""
        rows = self._history.rows
        if not self.epoch or self._monitor.is_better(rows[-1], rows[self.epoch - 1]):
            number = len(rows)
            write_weights(self.model, self._folder / run_files.best_weights(number))
            self.epoch = number

    def discard_others(self) -> None:
        """Removes the weights of all epochs but the kept one."""
        discard_others(self._folder, self.epoch)


def discard_others(folder: Path, epoch: int) -> None:
    """Removes the weights of all epochs of a run but one, and halves of such files.

    Args:
      folder: of the run.
      epoch: the number of the one that stays.
    """
    kept = folder / run_files.best_weights(epoch)
    for path in folder.glob(run_files.best_weights("*")):
        if path != kept:
            path.unlink()
    for path in folder.glob(str(_partial(Path(run_files.best_weights("*"))))):
        path.unlink()


def write_weights(model: keras.Model, path: Path) -> None:
    """Writes a file of weights whole or not at all.

    Args:
      model: whose weights.
      path: the file, whose name ends in `.weights.h5`.

    Raises:
      UserError: the disk is full.
    """
    check_room(path, size_bytes(model))
    partial = _partial(path)
    model.save_weights(partial)
    os.replace(partial, path)


def _partial(path: Path) -> Path:
    # Keras wants this ending, and HDF5 writes in place.
    return path.with_name(f"partial-{path.name}")


def size_bytes(model: keras.Model) -> int:
    """Returns what the values of the weights take in a file."""
    return sum(
        int(np.prod(weight.shape)) * np.dtype(weight.dtype).itemsize
        for weight in model.weights
    )
