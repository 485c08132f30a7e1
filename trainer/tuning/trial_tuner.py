"""The tuner of KerasTuner whose trials are runs of `trainer.training.train.train`."""

import contextlib
import io
import json
import logging
import shutil
from pathlib import Path
from typing import Any

import keras
from keras_tuner.engine.base_tuner import BaseTuner
from keras_tuner.errors import FatalError

from schemas.errors import UsageError, UserError
from trainer import run_files, runs
from trainer.devices import Devices
from trainer.durations import format_duration
from trainer.errors import first_line
from trainer.options import TrainOptions
from trainer.storage.mirrors import publish_if_possible
from trainer.storage.paths import join
from trainer.storage.stand_ins import local
from trainer.training.callbacks.stop_on_divergence import DivergedError
from trainer.training.preemption import Notice, PreemptedError, stopped_after
from trainer.training.train import train
from trainer.tuning.hyperparameters import values_of
from trainer.tuning.options import TuneOptions
from trainer.tuning.results import (
    OBJECTIVE,
    TrialResult,
    best_first,
    read_metrics,
    write_results,
)
from trainer.tuning.search_folder import STATE, trial_path

_logger = logging.getLogger(__name__)

# So many trials in a row fail for one reason, which settings do not mend.
MOST_FAILURES = 5


class TrialTuner(BaseTuner):
    """Trains trial after trial, each in a folder of its own.

    Where the folder holds a search, it goes on: trials that ended are kept, one that
    was interrupted is run again.

    Args:
      oracle: what chooses the settings.
      options: of the search.
      devices: where to train.

    Raises:
      UserError: the state of an earlier call is damaged.
    """

    def __init__(self, oracle: Any, options: TuneOptions, devices: Devices) -> None:
        self._options, self._devices = options, devices
        self._failure, self._failures_in_row = "", 0
        self._notice = Notice()
        try:
            # KerasTuner prints that it reloads.
            with contextlib.redirect_stdout(io.StringIO()):
                super().__init__(
                    oracle, directory=local(options.output), project_name=STATE
                )
        except (OSError, ValueError, LookupError, TypeError, RuntimeError) as error:
            raise UserError(
                f"{join(options.output, STATE)} is damaged or of another version "
                f"({first_line(error)}); choose another --output."
            ) from error

    def results(self) -> list[TrialResult]:
        """Returns the trials that have ended, the best first.

        Raises:
          UserError: the metrics of one are gone or damaged.
        """
        found = []
        for trial in self.oracle.trials.values():
            if trial.status not in ("COMPLETED", "FAILED"):
                continue
            number, path = self._place(trial)
            settings = values_of(trial.hyperparameters.values, self._options.space)
            if trial.status == "COMPLETED":
                metrics = read_metrics(path)
                found.append(TrialResult(number, path, settings, metrics))
            else:
                failure = trial.message or "no reason is known"
                found.append(TrialResult(number, path, settings, {}, failure))
        return best_first(found)

    def run_trial(self, trial: Any) -> dict[str, float]:
        """Trains with the settings of a trial, unless an earlier call did.

        Returns:
          The objective's value in the best epoch; 0 for a trial that failed, which
          `on_trial_end` then marks as such.

        Raises:
          FatalError: the search must stop for what is its cause.
        """
        number, path = self._place(trial)
        settings = values_of(trial.hyperparameters.values, self._options.space)
        _logger.info(
            "trial %d%s: %s",
            number,
            f" of {self._options.max_trials}" if self._options.max_trials else "",
            TrialResult(number, path, settings, {}).settings_text,
        )
        # An earlier call may have been stopped after the figures were reported.
        trial.metrics = type(trial.metrics)()
        try:
            self._failure = self._train(self._options.trial(settings, path))
            score = 0.0 if self._failure else float(read_metrics(path)[OBJECTIVE])
        except Exception as error:
            # Whatever else is raised, KerasTuner prints, and goes on.
            raise FatalError(str(error)) from error
        return {OBJECTIVE: score}

    def on_trial_end(self, trial: Any) -> None:
        """Notes the end of a trial in all files, and says how it went.

        Raises:
          PreemptedError: SIGTERM came behind its last step; no other trial begins.
        """
        if self._failure:
            trial.status, trial.message = "FAILED", self._failure
        super().on_trial_end(trial)
        results = self.results()
        write_results(self._options, results)
        publish_if_possible(self._options.output)
        number, _ = self._place(trial)
        (result,) = [result for result in results if result.number == number]
        if result.failure:
            _logger.warning("trial %d failed: %s", number, result.failure)
        else:
            _logger.info(
                "trial %d: %s %.4f in epoch %d of %d, %s (the best: %.4f, trial %d)",
                number,
                OBJECTIVE,
                result.score,
                result.metrics["best_epoch"],
                result.metrics["epochs"],
                format_duration(result.metrics["seconds"]),
                results[0].score,
                results[0].number,
            )
        if self._notice.is_given:
            raise stopped_after(f"{len(results)} trials")

    def save(self) -> None:
        """Writes the state, each file whole."""
        self.oracle.save()
        runs.write_json(Path(self._get_tuner_fname()), self.get_state())

    def _place(self, trial: Any) -> tuple[int, str]:
        """Returns the number of a trial and the folder of its run."""
        number = int(trial.trial_id) + 1
        return number, trial_path(self._options.output, number)

    def _train(self, options: TrainOptions) -> str:
        """Trains; returns why it failed, or nothing where it did not.

        Raises:
          UsageError: no trial can have what is asked for.
          PreemptedError: SIGTERM came.
          UserError: many trials failed in a row.
        """
        if _is_finished(options):
            return ""
        folder = Path(local(options.output))
        try:
            train(options, self._devices, export=False, notice=self._notice)
        except UsageError:
            raise  # What the command line has wrong is wrong for every trial.
        except PreemptedError:
            raise  # The trial has not failed: the next call goes on with it.
        except UserError as error:
            # No call goes on with it.
            shutil.rmtree(folder / run_files.STAGED, ignore_errors=True)
            reason = error.reason if isinstance(error, DivergedError) else str(error)
            self._failures_in_row += 1
            if self._failures_in_row == MOST_FAILURES:
                raise UserError(
                    f"{MOST_FAILURES} trials failed in a row, the last one because "
                    f"{reason}"
                ) from error
            return reason
        finally:
            _discard_weights(folder)
            keras.utils.clear_session(free_memory=True)
        self._failures_in_row = 0
        return ""


def _is_finished(options: TrainOptions) -> bool:
    """Whether the output of `options` holds the run that they would train."""
    folder = Path(local(options.output))
    try:
        config = json.loads((folder / run_files.CONFIG).read_text())
    except (OSError, ValueError):
        return False
    return bool(config == options.to_json()) and (folder / run_files.METRICS).exists()


def _discard_weights(folder: Path) -> None:
    """Leaves the config, the history and the metrics of a run: a search has many."""
    for name in (run_files.CHECKPOINTS, run_files.LOGS):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / run_files.MODEL).unlink(missing_ok=True)
