"""The figures of each epoch, as a table."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from schemas.storage.whole_file import write_whole


class HistoryFile(keras.callbacks.Callback):
    """Keeps the figures of each epoch, and writes them as CSV after each.

    The file is whole whatever ends the training.

    Args:
      path: the file.
      rows: the figures of epochs that an earlier call has finished.

    Attributes:
      rows: figures by name, one for each finished epoch.
    """

    def __init__(self, path: Path, rows: Sequence[dict[str, float]] = ()) -> None:
        super().__init__()
        self.rows = list(rows)
        self._path = path

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Takes the figures of the epoch, and writes all."""
        self.rows.append({k: float(v) for k, v in sorted((logs or {}).items())})
        write_history(self._path, self.rows)


def write_history(path: Path, rows: Sequence[dict[str, float]]) -> None:
    """Writes the number of each epoch, from 1, and its figures by name.

    Args:
      path: the file; it is replaced when the new one is whole.
      rows: the figures of each epoch; at least one.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["epoch", *rows[0]])
    writer.writeheader()
    writer.writerows({"epoch": number, **row} for number, row in enumerate(rows, 1))
    write_whole(path, text.getvalue())
