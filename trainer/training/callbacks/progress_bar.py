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
)

from trainer.training.callbacks.epoch_lines import epoch_line
from trainer.training.callbacks.time_left import TimeLeft

# Of the epoch before, beside the loss of this one.
_MEASURE = "val_hr@10"


class ProgressBar(keras.callbacks.Callback):
    """Draws a bar while an epoch runs, and leaves its line of figures.

    Args:
      epochs: the most epochs.
      steps: steps of an epoch.
      console: where to draw.
      done: as `TimeLeft`.
    """

    def __init__(
        self, epochs: int, steps: int, console: Console, done: float = 0.0
    ) -> None:
        super().__init__()
        self._epochs, self._steps, self._console = epochs, steps, console
        self._progress: Progress | None = None
        self._task = TaskID(0)
        self._epoch = 0
        self._measured = ""
        self._time_left = TimeLeft(epochs, done)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Starts the bar of the epoch."""
        self.stop()
        self._epoch = epoch
        self._time_left.after(epoch)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            console=self._console,
            transient=True,
        )
        description = f"epoch {epoch + 1}/{self._epochs}"
        self._task = self._progress.add_task(description, total=self._steps, figures="")
        self._progress.start()

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        """Moves the bar."""
        if self._progress is not None:
            # Steps that run together may be more than the epoch has left.
            done = min(batch + 1, self._steps)
            loss = (logs or {}).get("loss")
            figures = (
                "" if loss is None else f"loss {loss:.4f}",
                self._measured,
                self._time_left.after(self._epoch + done / self._steps),
            )
            self._progress.update(
                self._task, completed=done, figures="  ".join(filter(None, figures))
            )

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Puts the line of figures in place of the bar."""
        self.stop()
        if logs and _MEASURE in logs:
            name = _MEASURE.removeprefix("val_").upper()
            self._measured = f"{name} {logs[_MEASURE]:.4f}"
        self._console.print(
            epoch_line(epoch, self._epochs, logs or {}), highlight=False
        )

    def stop(self) -> None:
        """Removes the bar; the training may have ended with an error."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
