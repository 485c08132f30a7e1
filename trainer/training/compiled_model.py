"""A model, its loss and its optimizer, ready to train."""

import warnings
from typing import Any

from schemas.errors import UsageError
from trainer.devices import Devices, on_cpu
from trainer.losses import NextItemCrossEntropy
from trainer.models import ModelConfig, NextItemModel, build_model
from trainer.options import TrainOptions
from trainer.training.optimizers import build_optimizer


def compiled_model(
    config: ModelConfig, options: TrainOptions, devices: Devices, num_steps: int
) -> NextItemModel:
    """Returns a model with fresh weights, compiled to train on the devices.

    Args:
      config: its sizes.
      options: loss, optimizer and XLA.
      devices: what it trains on.
      num_steps: as in `build_optimizer`.

    Raises:
      UsageError: XLA is asked for and cannot be had.
    """
    jit_compile = {"auto": auto_jit_compile(), "on": True, "off": False}[
        options.jit_compile
    ]
    if devices.num_replicas > 1:
        if options.jit_compile == "on":
            raise UsageError(
                f"--jit_compile on works on one device, and {devices.num_replicas} "
                "take part; use auto, or make one visible (CUDA_VISIBLE_DEVICES=0)"
            )
        jit_compile = False
    with devices.scope():
        model = build_model(config, dtype=devices.policy)
        model.build()
        with warnings.catch_warnings():
            # Keras warns where a layer forbids XLA, and goes on without.
            warnings.filterwarnings("ignore", ".*jit_compile.*")
            model.compile(
                optimizer=build_optimizer(options, num_steps),
                loss=NextItemCrossEntropy(options.label_smoothing),
                jit_compile=jit_compile,
            )
        model.optimizer.build(model.trainable_variables)
    # XLA wants sizes that do not depend on the data, and cuDNN whole rows.
    model.packs_rows = on_cpu() and not model.jit_compile
    if options.jit_compile == "on" and not model.jit_compile:
        raise UsageError(
            f"--jit_compile on cannot be had for the model {options.model!r} here: its "
            "layers run by cuDNN, which is faster; use auto"
        )
    return model


def auto_jit_compile() -> Any:
    """Returns what Keras takes for `auto`: its own choice, but no XLA on a CPU.

    XLA compiles each shape of a batch anew: the first epoch took four times the CPU
    time. What its code gains later was not measured.
    """
    return False if on_cpu() else "auto"
