"""Windows a second of a training, and the share of a step that waits for its input.

The same steps are run over the trainer's input as it comes, and over elements that
were made before: what the second saves is what a step waits for, or on a CPU gives
away of the cores.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from benchmarks.common.flags import (
    TIMED_ROUNDS,
    Number,
    add_numbers,
    add_output,
    check_numbers,
)
from benchmarks.common.report import Report, Table, make_output
from benchmarks.common.sample import build_sample
from benchmarks.common.timing import Timing
from trainer.config_files import read_config
from trainer.options import JitCompile, TrainOptions

# One by one from the host, some together from the host, together from the device.
BY_ONE, TOGETHER, ON_DEVICE = "host, step by step", "host", "device"
INPUTS = (BY_ONE, TOGETHER, ON_DEVICE)

_NOTES = (
    "Input: where batches are made; host: by tf.data on the CPU; device: gathered out "
    "of columns on the device, inside the compiled step",
    "Waits: the share of a step that is saved where the elements were made before",
    "Python looks at the loss after the steps that run together, as in training",
)
_NUMBERS = (
    Number("reviews", 200_000, "that are generated"),
    Number("batch_size", 512, "windows of a step"),
    Number("steps", 64, "of a round"),
    Number("steps_per_execution", 16, "that run together"),
    TIMED_ROUNDS,
)


@dataclass(frozen=True)
class InputTimes:
    """What was measured of one way to bring the input.

    Attributes:
      name: of `INPUTS`.
      steps_per_execution: that run together.
      live: the times of the steps over the input as it comes.
      held: over elements made before.
    """

    name: str
    steps_per_execution: int
    live: Timing
    held: Timing

    @property
    def waits(self) -> float:
        """The share of a step that waits for input, by the medians."""
        return max(0.0, 1.0 - self.held.median / self.live.median)


@dataclass(frozen=True)
class Throughput:
    """What was measured.

    Attributes:
      devices: device, precision and backend.
      jit_compile: whether XLA compiled the steps.
      steps: of a round.
      windows: of a step, on average.
      inputs: each way.
    """

    devices: str
    jit_compile: bool
    steps: int
    windows: float
    inputs: Sequence[InputTimes]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `throughput`."""
    add_output(parser)
    parser.add_argument(
        "--data", metavar="DATA", help="a data set (default: one of generated reviews)"
    )
    parser.add_argument(
        "--config",
        default="quick",
        metavar="FILE",
        help="as of `python -m trainer train` (default: quick)",
    )
    parser.add_argument(
        "--precision",
        choices=("float32", "mixed"),
        default="float32",
        help="mixed: compute in 16 bits, logits and loss in 32 (default: float32)",
    )
    parser.add_argument(
        "--jit_compile",
        choices=get_args(JitCompile),
        default="auto",
        help="as of `python -m trainer train` (default: auto)",
    )
    add_numbers(parser, _NUMBERS)


def run(args: argparse.Namespace, command: str) -> int:
    """Measures, prints and writes.

    Args:
      args: what the flags of `add_arguments` gave.
      command: the command line, for the table.

    Returns:
      The exit status.
    """
    check_numbers(args, _NUMBERS)
    values = read_config(args.config)
    folder = make_output(args.output)
    data = args.data or str(build_sample(args.reviews, folder))
    values |= {
        "data": data,
        "output": "-",
        "batch_size": args.batch_size,
        "mixed_precision": args.precision == "mixed",
        "jit_compile": args.jit_compile,
    }

    from trainer.quiet import load_tensorflow

    load_tensorflow()
    from benchmarks.training.throughput_steps import measure_throughput

    measured = measure_throughput(
        TrainOptions(**values), args.steps, args.steps_per_execution, args.rounds
    )
    print(report_of(measured, args.config, args.rounds, command).write(folder), end="")
    return 0


def report_of(measured: Throughput, config: str, rounds: int, command: str) -> Report:
    """Returns the table."""
    xla = "on" if measured.jit_compile else "off"
    return Report(
        subject="throughput",
        title="Windows a second of a training",
        command=command,
        notes=(
            f"Device: {measured.devices}; XLA {xla}; config {config}",
            *_NOTES,
            f"Median of {rounds} rounds of {measured.steps} steps, in turns",
        ),
        tables=[
            Table(
                "Steps",
                [
                    "input",
                    "steps together",
                    "ms a step",
                    "windows/s",
                    "waits for input",
                    "times as long",
                ],
                [_cells(each, measured) for each in measured.inputs],
            )
        ],
        figures={
            "config": config,
            "devices": measured.devices,
            "jit_compile": measured.jit_compile,
            "steps": measured.steps,
            "windows": measured.windows,
            "inputs": [
                {
                    "name": each.name,
                    "steps_per_execution": each.steps_per_execution,
                    "seconds": each.live.seconds,
                    "seconds_held": each.held.seconds,
                    "waits": each.waits,
                }
                for each in measured.inputs
            ],
        },
    )


def _cells(times: InputTimes, measured: Throughput) -> list[Any]:
    seconds = times.live.median / measured.steps
    return [
        times.name,
        f"{times.steps_per_execution}",
        f"{seconds * 1e3:.2f}",
        f"{measured.windows / seconds:,.0f}",
        f"{times.waits:.1%}",
        f"{times.live.ratio_to(measured.inputs[0].live):.2f}",
    ]
