"""A live line for each epoch, on a terminal."""

from typing import Any

import keras
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from trainer.callbacks.epoch_lines import epoch_line


class ProgressBar(keras.callbacks.Callback):
    """Draws a bar while an epoch runs, and leaves its line of figures.

    Args:
      epochs: the most epochs.
      steps: steps of an epoch.
      console: where to draw.
    """

    def __init__(self, epochs: int, steps: int, console: Console) -> None:
        super().__init__()
        self._epochs, self._steps, self._console = epochs, steps, console
        self._progress: Progress | None = None
        self._task = TaskID(0)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Starts the bar of the epoch."""
        self.stop()
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[loss]}"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        description = f"epoch {epoch + 1}/{self._epochs}"
        self._task = self._progress.add_task(description, total=self._steps, loss="")
        self._progress.start()

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        """Moves the bar."""
        if self._progress is not None:
            loss = (logs or {}).get("loss")
            text = "" if loss is None else f"loss {loss:.4f}"
            # Steps that run together may be more than the epoch has left.
            done = min(batch + 1, self._steps)
            self._progress.update(self._task, completed=done, loss=text)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Puts the line of figures in place of the bar."""
        self.stop()
        self._console.print(
            epoch_line(epoch, self._epochs, logs or {}), highlight=False
        )

    def stop(self) -> None:
        """Removes the bar; the training may have ended with an error."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
