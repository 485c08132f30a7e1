"""Runs the steps of a training, from its start or from where one was stopped."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import keras
from rich.console import Console

from trainer import run_files
from trainer.models import NextItemModel
from trainer.options import TrainOptions
from trainer.training.callbacks import (
    BestWeights,
    Checkpoint,
    EpochLines,
    HistoryFile,
    Patience,
    ProgressBar,
    StopAfter,
    StopOnDivergence,
    Validate,
)
from trainer.training.callbacks.best_weights import discard_others
from trainer.training.callbacks.history_file import write_history
from trainer.training.memory import told_of_memory
from trainer.training.monitor import Monitor
from trainer.training.preemption import Notice, sigterm_noticed
from trainer.training.skipped_steps import SkippedSteps, calls_for
from trainer.training.step_loop import StepLoop
from trainer.training.training_input import TrainingInput
from trainer.training.training_state import Progress, TrainingState
from trainer.training.validation import Validation


@dataclass(frozen=True)
class Fitted:
    """What training gave.

    Attributes:
      history: the figures of each epoch, by name.
      best_epoch: the number of the one whose weights are kept, from 1.
      steps: done, earlier calls included.
      seconds: spent on these steps, earlier calls included: on tracing, measuring and
        saving, too, but not on what a call that was killed did behind its last state,
        which is no step that counts.
    """

    history: list[dict[str, float]]
    best_epoch: int
    steps: int
    seconds: float


def fit(
    model: NextItemModel,
    source: TrainingInput,
    num_steps: int,
    options: TrainOptions,
    validation: Validation | None,
    monitor: Monitor,
    folder: Path,
    progress: Progress,
    earlier: TrainingState | None = None,
    notice: Notice | None = None,
) -> Fitted:
    """Trains, and writes the weights, the figures and the state to the run's folder.

    Args:
      model: compiled; its state is replaced by the earlier one.
      source: what it learns from, from the step on where the earlier state ends.
      num_steps: the most steps of all epochs.
      options: how; `epochs` are those that `num_steps` make.
      validation: what to measure after each epoch; None measures nothing.
      monitor: what decides which epoch is kept, and when to stop.
      folder: of the run.
      progress: where it begins.
      earlier: the state of it to go on with; None for fresh weights.
      notice: as `train`.

    Raises:
      UserError: training diverged, or memory ran out.
      PreemptedError: SIGTERM came; the state is saved.
    """
    if earlier is not None:
        earlier.restore(model)
    if progress.is_done:
        # A bucket may have got the state and not yet the table.
        write_history(folder / run_files.HISTORY, progress.history)
        discard_others(folder, progress.best_epoch)
        return _fitted(progress, source.steps, num_steps)
    _set_steps(model, source, num_steps, progress)
    with (
        sigterm_noticed(notice) as notice,
        _display(options, source.steps, progress) as display,
        told_of_memory(options),
    ):
        callbacks, checkpoint = _callbacks(
            options,
            len(source.counts.items),
            validation,
            monitor,
            folder,
            progress,
            earlier,
            notice,
        )
        left = num_steps - progress.epoch * source.steps
        model.fit(
            source.elements,
            initial_epoch=progress.epoch,
            epochs=options.epochs,
            steps_per_epoch=source.steps,
            shuffle=False,  # The batches come shuffled.
            verbose=0,
            callbacks=[*callbacks, StopAfter(left), *display, checkpoint],
        )
        done = replace(checkpoint.progress, seconds=checkpoint.seconds)
        return _fitted(done, source.steps, num_steps)


def _fitted(progress: Progress, steps: int, num_steps: int) -> Fitted:
    # Only the last epoch can be cut short, by the number of all steps.
    done = min(len(progress.history) * steps, num_steps)
    return Fitted(progress.history, progress.best_epoch, done, progress.seconds)


def _set_steps(
    model: NextItemModel, source: TrainingInput, num_steps: int, progress: Progress
) -> None:
    """Sets what `fit` calls for each step, or for several."""
    together, steps = source.steps_per_execution, source.steps
    if together > 1 or source.fill is not None:
        model.steps_per_execution = together
        done = progress.epoch * steps + progress.step
        model.train_function = StepLoop(
            model, steps, num_steps - done, source.fill, progress.step % steps
        )
    if progress.step:
        model.make_train_function()
        calls = calls_for(progress.step, steps, together)
        model.train_function = SkippedSteps(model, calls)


def _callbacks(
    options: TrainOptions,
    num_items: int,
    validation: Validation | None,
    monitor: Monitor,
    folder: Path,
    progress: Progress,
    earlier: TrainingState | None,
    notice: Notice,
) -> tuple[list[keras.callbacks.Callback], Checkpoint]:
    """Returns callbacks in order, those that read figures after their maker.

    Apart from them the one that comes last.
    """
    divergence = StopOnDivergence(
        options.learning_rate, num_items, folder / run_files.STATE
    )
    history = HistoryFile(folder / run_files.HISTORY, progress.history)
    best = BestWeights(folder, monitor, history, progress.best_epoch)
    callbacks = [
        *([] if validation is None else [Validate(validation)]),
        divergence,
        history,
        best,
        keras.callbacks.TensorBoard(folder / run_files.LOGS, write_graph=False),
    ]
    if options.patience:
        callbacks.append(Patience(options.patience, best, history))
    checkpoint = Checkpoint(
        folder,
        options.output,
        progress,
        history,
        best,
        notice,
        divergence.check_weights,
        options.checkpoint_secs,
        earlier,
    )
    return callbacks, checkpoint


@contextlib.contextmanager
def _display(
    options: TrainOptions, steps: int, progress: Progress
) -> Iterator[list[keras.callbacks.Callback]]:
    """Yields what shows the progress: a bar on a terminal, lines in a log."""
    console = Console(stderr=True)
    done = progress.epoch + progress.step / steps
    if options.quiet:
        yield []
    elif console.is_terminal:
        bar = ProgressBar(options.epochs, steps, console, done)
        try:
            yield [bar]
        finally:
            bar.stop()
    else:
        yield [EpochLines(options.epochs, done)]
