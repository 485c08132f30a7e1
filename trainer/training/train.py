"""Trains a model on a data set, from the options to the exported run."""

import dataclasses
import logging
import math
import platform
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from schemas.errors import UserError
from schemas.layout import EVAL, TRAIN
from trainer import run_files, runs
from trainer.data.data_set import DataSet, open_data_set
from trainer.data.item_values import ItemValues, item_values
from trainer.devices import Devices, set_up_devices
from trainer.learned_from import digests_of
from trainer.models import ModelConfig, NextItemModel, build_model
from trainer.options import TrainOptions
from trainer.storage import stand_ins
from trainer.storage.disk_room import check_room
from trainer.training.callbacks.best_weights import size_bytes
from trainer.training.compiled_model import compiled_model
from trainer.training.fit import fit
from trainer.training.memory import told_of_memory
from trainer.training.monitor import LOSS, NDCG, monitor_of
from trainer.training.preemption import Notice
from trainer.training.resume import (
    check_unchanged,
    digest_of,
    earlier_state,
    state_stamp,
)
from trainer.training.training_input import training_input
from trainer.training.training_state import Progress, TrainingState
from trainer.training.validation import Validation

_logger = logging.getLogger(__name__)


def train(
    options: TrainOptions,
    devices: Devices | None = None,
    *,
    export: bool = True,
    export_to: Path | None = None,
    data_set: DataSet | None = None,
    num_steps: int | None = None,
    notice: Notice | None = None,
) -> dict[str, Any]:
    """Trains, and writes the run (see `trainer.runs`).

    Where the output holds an unfinished run of the same options on the same data set,
    training goes on from its last state, to the end that it would have come to.

    Args:
      options: what to train, on what, and how.
      devices: where to train; None takes every GPU, or else the CPU.
      export: whether to make the SavedModel that serves.
      export_to: its folder, for callers that cannot do without it; None: that of the
        run, and none on other backends than TensorFlow.
      data_set: what to train on; None opens `options.data`.
      num_steps: the most steps, in place of `options.epochs`.
      notice: given where SIGTERM comes; behind the last step the run is finished all
        the same, and what the caller would do next must not begin.

    Returns:
      The content of `metrics.json`: figures of the best epoch, and what made them.

    Raises:
      UserError: the data set or the output cannot be used, training diverged, or
        memory ran out.
      PreemptedError: SIGTERM came; the next call goes on.
    """
    data_set = data_set or open_data_set(options.data)
    if not data_set.num_records(TRAIN):
        raise UserError(
            f"the training split of {options.data} is empty; run `python -m pipeline` "
            "with more rows or a lower --min_items."
        )
    runs.check_output(options.output, options.overwrite)
    stamp = state_stamp(options)
    earlier = earlier_state(options, data_set.manifest, num_steps)
    progress = (
        Progress(digest_of(data_set.manifest), num_steps)
        if earlier is None
        else earlier.progress
    )
    keras.utils.set_random_seed(options.seed)
    if options.deterministic:
        tf.config.experimental.enable_op_determinism()
    devices = devices or set_up_devices(options.mixed_precision)
    if export:
        _check_export(data_set, is_needed=export_to is not None)
    values = item_values(data_set, options.item_features)
    config = model_config(data_set, options, values)
    validation = _validation(data_set, options)
    monitor = monitor_of(validation)
    source = training_input(data_set, options, devices, progress)
    if num_steps is None:
        num_steps = source.steps * options.epochs
    planned = dataclasses.replace(options, epochs=-(-num_steps // source.steps))
    with told_of_memory(options):
        model = compiled_model(config, planned, devices, num_steps)
        model.start_from_popularity(source.counts.items)
        model.set_item_values(values.ids)
    with runs.locked(options.output):
        check_unchanged(options, stamp)
        folder = _prepare(planned, earlier)
        fitted = fit(
            model,
            source,
            num_steps,
            planned,
            validation,
            monitor,
            folder,
            progress,
            earlier,
            notice,
        )
        best = _best_model(config, folder, fitted.best_epoch)
        if export:
            export_path = export_to or folder / run_files.EXPORT
            _export(data_set, best, export_path, options, source.counts.events)
        metrics = {
            "best_epoch": fitted.best_epoch,
            "monitor": monitor.name,
            **fitted.history[fitted.best_epoch - 1],
            "epochs": len(fitted.history),
            # What was planned; training can have stopped before.
            "num_steps": num_steps,
            "steps_per_epoch": source.steps,
            "seconds": round(fitted.seconds, 2),
            "windows_per_second": round(
                data_set.num_records(TRAIN)
                * (fitted.steps / source.steps)
                / fitted.seconds,
                1,
            ),
            "parameters": _num_parameters(best),
            "model": config.to_json(),
            "devices": devices.description,
            **digests_of(data_set.manifest),
            "versions": _versions(),
        }
        runs.write_json(folder / run_files.METRICS, metrics)
        runs.finish_run(options.output, options.overwrite)
    return metrics


def _prepare(options: TrainOptions, earlier: TrainingState | None) -> Path:
    """Makes the folder of a run, or finds that of the run that goes on."""
    if earlier is not None:
        _logger.info(
            "going on after %d epochs and %d steps",
            earlier.progress.epoch,
            earlier.progress.step,
        )
        return earlier.path.parents[1]
    folder = runs.prepare_run(options.output, options.overwrite)
    runs.write_json(folder / run_files.CONFIG, options.to_json())
    stand_ins.publish(options.output)
    return folder


def model_config(
    data_set: DataSet, options: TrainOptions, values: ItemValues | None = None
) -> ModelConfig:
    """Returns the sizes of the model that the options ask for on a data set.

    Args:
      data_set: the data set.
      options: of the training.
      values: of `options.item_features`; None looks them up.
    """
    values = values or item_values(data_set, options.item_features)
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
        item_features=values.sizes,
    )


def _validation(data_set: DataSet, options: TrainOptions) -> Validation | None:
    if not data_set.num_records(EVAL):
        _logger.warning(
            "%s has no eval records (--split %s): nothing is validated, and the best "
            "epoch is the one with the lowest training loss",
            data_set.path,
            data_set.manifest.split.name,
        )
        return None
    validation = Validation(data_set, EVAL, options.day_feature, options.batch_size)
    if (chosen := monitor_of(validation).name) != NDCG:
        _logger.warning(
            "no eval target of %s can be hit: %d are unknown items and %d were seen "
            "before by their users; %s stays 0, and the best epoch is the one with the "
            "lowest %s",
            data_set.path,
            validation.num_targets - validation.num_known,
            validation.num_known,
            NDCG,
            "training loss" if chosen == LOSS else chosen,
        )
    return validation


def _best_model(config: ModelConfig, folder: Path, epoch: int) -> NextItemModel:
    """Writes the model of the best epoch, in float32, and returns it."""
    model = build_model(config, dtype="float32")
    model.build()
    model.load_weights(folder / run_files.best_weights(epoch))
    check_room(folder / run_files.MODEL, size_bytes(model))
    model.save(folder / run_files.MODEL)
    return model


def _check_export(data_set: DataSet, is_needed: bool) -> None:
    """Looks at what the export alone needs: hours of training must not end there."""
    backend = keras.backend.backend()
    if is_needed and backend != "tensorflow":
        raise UserError(
            f"the model that serves is a TensorFlow SavedModel and Keras runs on "
            f"{backend!r}; set KERAS_BACKEND=tensorflow."
        )
    data_set.load_transform_graph()


def _export(
    data_set: DataSet,
    model: NextItemModel,
    path: Path,
    options: TrainOptions,
    item_counts: NDArray[np.int64],
) -> None:
    if keras.backend.backend() != "tensorflow":
        _logger.warning(
            "%s is not made: the export needs the TensorFlow backend, and training ran "
            "on %s",
            path,
            keras.backend.backend(),
        )
        return
    from trainer.serving.export import export_model

    export_model(data_set, model, str(path), options.day_feature, item_counts)


def _num_parameters(model: NextItemModel) -> int:
    """Returns the number of values that are learned or measured, and not looked up."""
    floats = (w for w in model.weights if w.dtype.startswith("float"))
    return sum(math.prod(weight.shape) for weight in floats)


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "keras": keras.version(),
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "platform": sys.platform,
    }
