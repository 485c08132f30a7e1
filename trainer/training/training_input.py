"""What a training reads: its batches, from where, and how many make an epoch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras

from schemas.errors import UsageError
from schemas.layout import TRAIN
from trainer.batching.batch_plan import plan_batches
from trainer.batching.batches import BatchSettings, training_batches
from trainer.batching.device_batches import DeviceBatches
from trainer.batching.target_counts import TargetCounts, count_targets
from trainer.batching.training_rows import Rows, rows_in_memory
from trainer.data.data_set import DataSet
from trainer.devices import Devices, device_memory_bytes
from trainer.options import TrainOptions
from trainer.training.training_state import Progress

# The share of a GPU's memory that training columns may take.
_DEVICE_SHARE = 0.25

# Bytes of a value that a device holds (`DeviceBatches`).
_VALUE_BYTES = 8

# Steps of a GPU between two looks of Python at the loss; few enough that a bar moves.
_GPU_STEPS = 16


@dataclass(frozen=True)
class TrainingInput:
    """Endless elements for `fit`.

    Attributes:
      elements: what `fit` takes: batches, or what `fill` makes batches of.
      fill: called inside the compiled step; None where the elements are batches.
      steps: of an epoch.
      steps_per_execution: that Python waits for at a time.
      counts: what the training split holds.
    """

    elements: Any
    fill: Callable[[Any], Any] | None
    steps: int
    steps_per_execution: int
    counts: TargetCounts


def training_input(
    data_set: DataSet,
    options: TrainOptions,
    devices: Devices,
    progress: Progress | None = None,
) -> TrainingInput:
    """Reads the training split, or as much of it as memory holds.

    Args:
      data_set: the data set.
      options: what to read of it, and where to keep it.
      devices: what a step runs on.
      progress: where the elements begin; None: at the first.

    Raises:
      UserError: a shard is damaged.
      UsageError: an option cannot be had on these devices.
    """
    day_feature = options.day_feature
    steps_per_execution = _steps_per_execution(options, devices)
    rows = rows_in_memory(data_set, TRAIN, day_feature)
    counts = count_targets(data_set, day_feature, options.train_positions, rows)
    # A batch larger than the set would be padding for the rest.
    batch_size = min(options.batch_size, data_set.num_records(TRAIN))
    plan = plan_batches(counts, data_set.max_length, batch_size)
    settings = BatchSettings(
        day_feature=day_feature,
        plan=plan,
        train_positions=options.train_positions,
        num_negatives=options.num_negatives if options.loss == "sampled" else 0,
        unknown_rate=options.unknown_rate,
        seed=options.seed,
        first_epoch=0 if progress is None else progress.epoch,
        first_step=0 if progress is None else progress.step,
        num_replicas=devices.num_replicas,
    )
    fill: Callable[[Any], Any] | None = None
    if _is_on_device(options, devices, rows):
        assert rows is not None
        held = DeviceBatches(data_set, rows, settings, devices.first)
        elements: Any = held.elements()
        fill = held.fill
    else:
        elements = training_batches(data_set, TRAIN, settings, rows)
    if devices.strategy is not None:
        batches = elements
        # Flat positions must not be cut: every replica takes whole elements.
        distribute = devices.strategy.distribute_datasets_from_function
        elements = distribute(lambda _: batches)
    return TrainingInput(elements, fill, plan.num_batches, steps_per_execution, counts)


def _is_on_device(options: TrainOptions, devices: Devices, rows: Rows | None) -> bool:
    """Returns whether the device keeps the columns."""
    if options.data_on_device == "off":
        return False
    obstacle = _obstacle(devices)
    if obstacle is None and rows is None:
        obstacle = "the data set is too large for memory and is streamed"
    if options.data_on_device == "on":
        if obstacle is not None:
            raise UsageError(f"--data_on_device on cannot be had: {obstacle}; use auto")
        return True
    if obstacle is not None or rows is None or not devices.first.startswith("GPU"):
        return False
    size = sum(column.size * _VALUE_BYTES for column in rows.values())
    return size <= _DEVICE_SHARE * device_memory_bytes(devices.first)


def _steps_per_execution(options: TrainOptions, devices: Devices) -> int:
    obstacle = _obstacle(devices)
    if options.steps_per_execution == 0:
        on_gpu = obstacle is None and devices.first.startswith("GPU")
        return _GPU_STEPS if on_gpu else 1
    if options.steps_per_execution > 1 and obstacle is not None:
        raise UsageError(
            f"--steps_per_execution {options.steps_per_execution} cannot be had: "
            f"{obstacle}; use 0, which chooses"
        )
    return options.steps_per_execution


def _obstacle(devices: Devices) -> str | None:
    """Returns why Keras' own loop must run the steps, None where it need not."""
    if keras.backend.backend() != "tensorflow":
        return f"it needs the TensorFlow backend, not {keras.backend.backend()}"
    if devices.num_replicas > 1:
        return f"it works on one device, and {devices.num_replicas} take part"
    return None
