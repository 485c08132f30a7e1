"""Trains a model on a data set, from the options to the exported run."""

import contextlib
import dataclasses
import logging
import platform
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console

from schemas.errors import UserError
from schemas.layout import EVAL, TRAIN
from trainer import runs
from trainer.callbacks import (
    EpochLines,
    HistoryFile,
    ProgressBar,
    Publish,
    StopAfter,
    StopOnNan,
    Validate,
)
from trainer.compiled_model import compiled_model
from trainer.data_set import DataSet, open_data_set
from trainer.devices import Devices, set_up_devices
from trainer.models import ModelConfig, NextItemModel, build_model
from trainer.options import TrainOptions
from trainer.step_loop import StepLoop
from trainer.storage import stand_ins
from trainer.storage.paths import is_remote
from trainer.training_input import TrainingInput, training_input
from trainer.validation import Validation

_logger = logging.getLogger(__name__)

_BETTER_HIGHER = "val_ndcg@10"
_BETTER_LOWER = "loss"


def train(
    options: TrainOptions,
    devices: Devices | None = None,
    *,
    export: bool = True,
    data_set: DataSet | None = None,
    num_steps: int | None = None,
) -> dict[str, Any]:
    """Trains, and writes the run (see `trainer.runs`).

    Args:
      options: what to train, on what, and how.
      devices: where to train; None takes every GPU, or else the CPU.
      export: whether to make the SavedModel that serves.
      data_set: what to train on; None opens `options.data`.
      num_steps: the most steps, in place of `options.epochs`.

    Returns:
      The content of `metrics.json`: figures of the best epoch, and what made them.

    Raises:
      UserError: the data set or the output cannot be used, training diverged, or
        memory ran out.
    """
    data_set = data_set or open_data_set(options.data)
    if not data_set.num_records(TRAIN):
        raise UserError(
            f"the training split of {options.data} is empty; run `python -m pipeline` "
            "with more rows or a lower --min_items."
        )
    runs.check_output(options.output, options.overwrite)
    keras.utils.set_random_seed(options.seed)
    devices = devices or set_up_devices(options.mixed_precision)
    # The export alone uses it, and hours of training must not end in an error there.
    if export:
        data_set.load_transform_graph()
    config = model_config(data_set, options)
    validation = _validation(data_set, options)
    source = training_input(data_set, options, devices)
    if num_steps is None:
        num_steps = source.steps * options.epochs
    options = dataclasses.replace(options, epochs=-(-num_steps // source.steps))
    model = compiled_model(config, options, devices, num_steps)
    model.start_from_popularity(source.counts.items)
    # Only now: what fails before must not cost the user an earlier run.
    folder = runs.prepare_run(options.output, options.overwrite)
    runs.write_json(folder / runs.CONFIG, options.to_json())
    stand_ins.publish(options.output)
    start = time.monotonic()
    callbacks = [*_callbacks(options, validation, folder), StopAfter(num_steps)]
    history = _fit(model, source, num_steps, options, callbacks)
    seconds = time.monotonic() - start
    best = build_model(config, dtype="float32")
    best.build()
    best.load_weights(folder / runs.BEST)
    best.save(folder / runs.MODEL)
    if export:
        _export(data_set, best, folder, options)
    metrics = {
        **_best_epoch(history, validation),
        "epochs": len(history["loss"]),
        "seconds": round(seconds, 2),
        "windows_per_second": round(
            data_set.num_records(TRAIN) * len(history["loss"]) / seconds, 1
        ),
        "parameters": best.count_params(),
        "model": config.to_json(),
        "devices": devices.description,
        "data_settings_digest": data_set.manifest.settings_digest,
        "versions": _versions(),
    }
    runs.write_json(folder / runs.METRICS, metrics)
    return metrics


def model_config(data_set: DataSet, options: TrainOptions) -> ModelConfig:
    """Returns the sizes of the model that the options ask for on a data set."""
    return ModelConfig(
        model=options.model,
        num_items=data_set.num_items,
        num_day_buckets=data_set.day_buckets(options.day_feature),
        max_length=data_set.max_length,
        item_embedding=options.item_embedding,
        day_embedding=options.day_embedding,
        units=options.units,
        attention=options.attention,
        num_heads=options.num_heads,
        dropout=options.dropout,
        tie_embeddings=options.tie_embeddings,
    )


def _validation(data_set: DataSet, options: TrainOptions) -> Validation | None:
    if data_set.num_records(EVAL):
        return Validation(data_set, EVAL, options.day_feature, options.batch_size)
    _logger.warning(
        "%s has no eval records (--split %s): nothing is validated, and the best epoch "
        "is the one with the lowest training loss",
        data_set.path,
        data_set.manifest.split.name,
    )
    return None


def _fit(
    model: NextItemModel,
    source: TrainingInput,
    num_steps: int,
    options: TrainOptions,
    callbacks: list[keras.callbacks.Callback],
) -> dict[str, list[float]]:
    """Trains and returns the figures of each epoch by name."""
    steps = source.steps
    if source.steps_per_execution > 1 or source.fill is not None:
        model.steps_per_execution = source.steps_per_execution
        model.train_function = StepLoop(model, steps, num_steps, source.fill)
    with _display(options, steps) as display:
        try:
            history = model.fit(
                source.elements,
                epochs=options.epochs,
                steps_per_epoch=steps,
                shuffle=False,  # The batches come shuffled.
                verbose=0,
                callbacks=[*callbacks, *display],
            )
        except tf.errors.ResourceExhaustedError as error:
            raise UserError(
                f"memory ran out with --batch_size {options.batch_size}; lower it, or "
                "--units."
            ) from error
    figures: dict[str, list[float]] = history.history
    return figures


def _callbacks(
    options: TrainOptions, validation: Validation | None, folder: Path
) -> list[keras.callbacks.Callback]:
    """Returns the callbacks in order: those that read figures after their maker."""
    monitor = _BETTER_LOWER if validation is None else _BETTER_HIGHER
    mode = "min" if validation is None else "max"
    callbacks = [
        StopOnNan(options.learning_rate),
        keras.callbacks.ModelCheckpoint(
            folder / runs.BEST,
            monitor=monitor,
            mode=mode,
            save_best_only=True,
            save_weights_only=True,
        ),
        keras.callbacks.ModelCheckpoint(folder / runs.LAST, save_weights_only=True),
        HistoryFile(folder / runs.HISTORY),
        keras.callbacks.TensorBoard(folder / runs.LOGS, write_graph=False),
    ]
    if validation is not None:
        callbacks.insert(0, Validate(validation))
    if options.patience:
        callbacks.append(
            keras.callbacks.EarlyStopping(
                monitor=monitor, mode=mode, patience=options.patience
            )
        )
    if is_remote(options.output):
        callbacks.append(Publish(options.output))
    return callbacks


@contextlib.contextmanager
def _display(
    options: TrainOptions, steps: int
) -> Iterator[list[keras.callbacks.Callback]]:
    """Yields what shows the progress: a bar on a terminal, lines in a log."""
    console = Console(stderr=True)
    if options.quiet:
        yield []
    elif console.is_terminal:
        bar = ProgressBar(options.epochs, steps, console)
        try:
            yield [bar]
        finally:
            bar.stop()
    else:
        yield [EpochLines(options.epochs)]


def _export(
    data_set: DataSet, model: NextItemModel, folder: Path, options: TrainOptions
) -> None:
    if keras.backend.backend() != "tensorflow":
        _logger.warning(
            "%s is not made: the export needs the TensorFlow backend, and training ran "
            "on %s",
            folder / runs.EXPORT,
            keras.backend.backend(),
        )
        return
    from trainer.serving.export import export_model

    export_model(
        data_set, model, str(folder / runs.EXPORT), day_feature=options.day_feature
    )


def _best_epoch(
    history: dict[str, list[float]], validation: Validation | None
) -> dict[str, Any]:
    """Returns the number, from 1, and the figures of the epoch that was kept."""
    if validation is None:
        best = int(np.argmin(history[_BETTER_LOWER]))
    else:
        best = int(np.argmax(history[_BETTER_HIGHER]))
    figures = {name: float(values[best]) for name, values in history.items()}
    return {"best_epoch": best + 1, **figures}


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "keras": keras.version(),
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "platform": sys.platform,
    }
