"""Times training steps over each way to bring their input."""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from benchmarks.common.timing import alternate
from benchmarks.training.throughput import (
    BY_ONE,
    INPUTS,
    ON_DEVICE,
    InputTimes,
    Throughput,
)
from schemas.errors import UsageError
from schemas.layout import TRAIN
from trainer.data.data_set import DataSet, open_data_set
from trainer.devices import Devices, set_up_devices
from trainer.options import TrainOptions
from trainer.training.compiled_model import compiled_model
from trainer.training.step_loop import StepLoop
from trainer.training.train import model_config
from trainer.training.training_input import training_input

_LIVE, _HELD = "live", "held"
# More than any round takes, for the schedule of the rate.
_ALL_STEPS = 1_000_000


def measure_throughput(
    options: TrainOptions, steps: int, steps_per_execution: int, rounds: int
) -> Throughput:
    """Times the steps over every input, as it comes and made before, in turns.

    Args:
      options: the training's; its input is chosen here.
      steps: of a round.
      steps_per_execution: that run together.
      rounds: timed rounds.

    Raises:
      UserError: the data set cannot be used.
      UsageError: the backend is not TensorFlow.
    """
    if keras.backend.backend() != "tensorflow":
        raise UsageError(
            "KERAS_BACKEND must be tensorflow for `throughput`, got "
            f"{keras.backend.backend()}"
        )
    data_set = open_data_set(options.data)
    first = "GPU:0" if tf.config.list_physical_devices("GPU") else "CPU:0"
    devices = set_up_devices(options.mixed_precision, [first])
    ways: dict[str, Callable[[], object]] = {}
    together = {}
    for name in INPUTS:
        together[name] = 1 if name == BY_ONE else min(steps_per_execution, steps)
        changed = dataclasses.replace(
            options,
            steps_per_execution=together[name],
            data_on_device="on" if name == ON_DEVICE else "off",
        )
        way = _Steps(data_set, changed, devices, steps)
        ways[f"{name}, {_LIVE}"] = way.run_live
        ways[f"{name}, {_HELD}"] = way.run_held
    times = {timing.name: timing for timing in alternate(ways, rounds)}
    return Throughput(
        devices=devices.description,
        jit_compile=way.jit_compile,
        steps=steps,
        windows=data_set.num_records(TRAIN) / way.steps_of_epoch,
        inputs=[
            InputTimes(
                name,
                together[name],
                times[f"{name}, {_LIVE}"],
                times[f"{name}, {_HELD}"],
            )
            for name in INPUTS
        ],
    )


class _Steps:
    """A model, and the elements it is trained on."""

    def __init__(
        self, data_set: DataSet, options: TrainOptions, devices: Devices, steps: int
    ) -> None:
        source = training_input(data_set, options, devices)
        config = model_config(data_set, options)
        model = compiled_model(config, options, devices, _ALL_STEPS)
        model.steps_per_execution = options.steps_per_execution
        self.jit_compile = bool(model.jit_compile)
        self.steps_of_epoch = source.steps
        self._live: Any = iter(source.elements)
        held = source.elements.take(steps).cache().repeat()
        self._held: Any = iter(held.prefetch(tf.data.AUTOTUNE))
        self._calls = -(-steps // options.steps_per_execution)
        # A round is an epoch to it, which ends the last of the calls.
        self._loop = StepLoop(model, steps, _ALL_STEPS, source.fill)

    def run_live(self) -> None:
        """Runs the steps of a round over the input as it comes."""
        self._run(self._live)

    def run_held(self) -> None:
        """Runs them over elements made before."""
        self._run(self._held)

    def _run(self, iterator: Any) -> None:
        for _ in range(self._calls):
            # As training does, to see whether it diverges: this waits for the device.
            float(self._loop(iterator)["loss"])
