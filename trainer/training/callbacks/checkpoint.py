"""Saves the state of a training, and brings it back."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from trainer import run_files
from trainer.storage.mirrors import publish_if_possible
from trainer.storage.stand_ins import name_of
from trainer.training.callbacks.best_weights import BestWeights
from trainer.training.callbacks.history_file import HistoryFile
from trainer.training.preemption import Notice, PreemptedError
from trainer.training.training_state import Progress, TrainingState, save_state


class Checkpoint(keras.callbacks.Callback):
    """Saves the state at the end of each epoch and in between, and where asked to stop.

    It must stand behind all callbacks, whose epoch it saves.

    Args:
      folder: of the run.
      output: the same, as the user named it; a remote one is brought up to date each
        time.
      begun: where this call begins.
      history: holds the figures of the epochs.
      best: knows whose weights are kept.
      notice: whether the training is to stop.
      check: raises where the weights are not worth saving.
      every_secs: the time between two states inside an epoch; 0: at every look.
      earlier: the state to go on with; None begins.
      clock: tells the seconds.

    Attributes:
      progress: what the last state holds.
    """

    def __init__(
        self,
        folder: Path,
        output: str,
        begun: Progress,
        history: HistoryFile,
        best: BestWeights,
        notice: Notice,
        check: Callable[[], None],
        every_secs: float,
        earlier: TrainingState | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._path = folder / run_files.STATE
        self._output = output
        self.progress = self._begun = begun
        self._history, self._best = history, best
        self._notice, self._check = notice, check
        self._every_secs, self._clock = every_secs, clock
        self._earlier = earlier
        self._epoch, self._step = begun.epoch, begun.step
        self._start = self._saved = clock()

    @property
    def seconds(self) -> float:
        """The time spent on training so far, earlier calls included."""
        return self._begun.seconds + self._clock() - self._start

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Starts the clock."""
        self._start = self._saved = self._clock()

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Gives the metrics back what they had seen of a started epoch."""
        if self._earlier is not None and self._step:
            self._earlier.restore_metrics(self.model)
        self._earlier = None

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        """Saves where it is time to, or stops.

        Raises:
          PreemptedError: training is to stop.
        """
        # Steps that run together may be more than the epoch has left.
        step = min(batch + 1, self.params["steps"])
        is_new = step > self._step
        self._step = max(step, self._step)
        late = self._clock() - self._saved >= self._every_secs
        if is_new and (late or self._notice.is_given):
            self._check()
            self._save(is_done=False)
        self._stop_if_asked()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Saves the state.

        Raises:
          PreemptedError: training is to stop.
        """
        self._epoch, self._step = epoch + 1, 0
        is_last = self._epoch == self.params["epochs"]
        is_done = is_last or self.model.stop_training
        if self._best.epoch == self._epoch:
            # Files are brought over in no order: first those that the state names.
            publish_if_possible(self._output)
        if self._save(is_done):
            self._best.discard_others()
        if not is_done:
            self._stop_if_asked()

    def _save(self, is_done: bool) -> bool:
        """Saves, and returns whether a remote output has it too."""
        self.progress = replace(
            self._begun,
            epoch=self._epoch,
            step=self._step,
            seconds=self.seconds,
            is_done=is_done,
            history=self._history.rows,
            best_epoch=self._best.epoch,
        )
        save_state(self._path, self.model, self.progress)
        is_published = publish_if_possible(self._output)
        self._saved = self._clock()
        return is_published

    def _stop_if_asked(self) -> None:
        if self._notice.is_given:
            raise PreemptedError(
                f"stopped by SIGTERM after {self._epoch} epochs and {self._step} "
                f"steps, which are saved in {name_of(self._path)}; run the same "
                "command again to go on."
            )
