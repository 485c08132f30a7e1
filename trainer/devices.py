"""Which devices compute, and in what precision."""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf
from tensorflow.python.client import device_lib

_logger = logging.getLogger(__name__)

# From this compute capability (Ampere) on, GPUs multiply bfloat16.
_BFLOAT16_CAPABILITY = (8, 0)


@dataclass(frozen=True)
class Devices:
    """What a training step runs on.

    Attributes:
      strategy: spreads a step over several devices; None where there is one.
      policy: the Keras dtype policy of the model.
      description: devices, precision and backend in one line.
      first: the name of the first device, such as `GPU:0`; of TensorFlow's, where
        another backend computes.
    """

    strategy: Any
    policy: str
    description: str
    first: str = "CPU:0"

    @property
    def num_replicas(self) -> int:
        """How many devices share a step."""
        return 1 if self.strategy is None else self.strategy.num_replicas_in_sync

    def scope(self) -> AbstractContextManager[Any]:
        """Returns the context in which the model and its optimizer are made."""
        return nullcontext() if self.strategy is None else self.strategy.scope()


def set_up_devices(
    mixed_precision: bool = False, devices: Sequence[str] | None = None
) -> Devices:
    """Prepares the devices and says in one log line what they are.

    On the TensorFlow backend every visible GPU takes part, and takes memory as it
    needs it. Another backend places its arrays itself; TensorFlow then only reads,
    and leaves the GPUs alone.

    Args:
      mixed_precision: compute in bfloat16, or in float16 on GPUs that have none.
      devices: names of TensorFlow devices to use, such as `CPU:0`, in place of the
        visible GPUs.
    """
    backend = keras.backend.backend()
    if backend != "tensorflow":
        _hide_gpus_from_tensorflow()
        policy = "mixed_bfloat16" if mixed_precision else "float32"
        return _described(None, policy, f"devices of {backend}", backend)
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        _let_memory_grow(gpu)
    if devices is None:
        devices = [f"GPU:{index}" for index in range(len(gpus))] or ["CPU:0"]
    strategy = tf.distribute.MirroredStrategy(devices) if len(devices) > 1 else None
    policy = _mixed_policy(gpus) if mixed_precision else "float32"
    names = ", ".join(_names(devices, gpus))
    return _described(strategy, policy, names, backend, devices[0])


def device_memory_bytes(name: str) -> int:
    """Returns the memory that TensorFlow may take of a device; 0: there is none.

    Args:
      name: such as `GPU:0`.
    """
    for device in device_lib.list_local_devices():
        if device.name.endswith(f":{name}"):
            return int(device.memory_limit)
    return 0


def on_cpu() -> bool:
    """Returns whether TensorFlow computes the steps, on CPUs."""
    on_tensorflow = keras.backend.backend() == "tensorflow"
    return on_tensorflow and not tf.config.list_physical_devices("GPU")


def _described(
    strategy: Any, policy: str, names: str, backend: str, first: str = "CPU:0"
) -> Devices:
    description = f"{names}; precision {policy}; backend {backend}"
    _logger.info("training on %s", description)
    return Devices(strategy, policy, description, first)


def _let_memory_grow(gpu: Any) -> None:
    try:
        tf.config.experimental.set_memory_growth(gpu, True)
    except (RuntimeError, ValueError) as error:
        # The process has used the GPU before: its memory stays as it is.
        _logger.debug("memory growth of %s is not set: %s", gpu.name, error)


def _hide_gpus_from_tensorflow() -> None:
    try:
        tf.config.set_visible_devices([], "GPU")
    except RuntimeError as error:
        _logger.debug("GPUs stay visible to TensorFlow: %s", error)


def _mixed_policy(gpus: Sequence[Any]) -> str:
    capabilities = [_details(gpu).get("compute_capability") for gpu in gpus]
    old = [c for c in capabilities if c is not None and c < _BFLOAT16_CAPABILITY]
    # A CPU computes float16 slowly where at all; bfloat16 it can.
    return "mixed_float16" if old else "mixed_bfloat16"


def _names(devices: Sequence[str], gpus: Sequence[Any]) -> list[str]:
    names = []
    for device in devices:
        kind, _, index = device.partition(":")
        details = _details(gpus[int(index)]) if kind == "GPU" and gpus else {}
        model = details.get("device_name")
        names.append(f"{device} ({model})" if model else device)
    return names


def _details(gpu: Any) -> dict[str, Any]:
    details: dict[str, Any] = tf.config.experimental.get_device_details(gpu)
    return details
