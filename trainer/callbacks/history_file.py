"""The figures of each epoch, as a table."""

import csv
from pathlib import Path
from typing import Any

import keras


class HistoryFile(keras.callbacks.Callback):
    """Adds a line of CSV after each epoch.

    The file is closed in between, so that it is whole whatever ends the training.

    Args:
      path: the file; it must not exist yet.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Writes the number of the epoch, from 1, and its figures by name."""
        row = {"epoch": epoch + 1, **dict(sorted((logs or {}).items()))}
        is_new = not self._path.exists()
        with open(self._path, "a", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            if is_new:
                writer.writeheader()
            writer.writerow(row)
