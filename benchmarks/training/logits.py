"""The speed of logits at real targets alone against logits at every position.

The same model, weights and windows, in turns in one process: training steps on
batches that are in memory, and validation on the whole eval split. The losses of both
are first found to be equal.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.common.configs import SMALL_NOTEBOOK
from benchmarks.common.data_sets import (
    BEAUTY,
    RENT_THE_RUNWAY,
    DataSpec,
    build_data_set,
    check_sources,
)
from benchmarks.common.flags import add_output, add_rounds
from benchmarks.common.report import Report, Table, make_output
from benchmarks.common.timing import ROUNDS, Timing
from schemas.errors import UsageError
from trainer.config_files import read_config
from trainer.options import TrainOptions

PRODUCT = "real targets alone"
VALIDATION_PRODUCT = "last position alone"

_NOTES = (
    "Times as long: by the medians, in turns with the product's own way (the first "
    "line of each case)",
    "Cut: the product's batches, without the padding that none of their rows needs; "
    "whole: windows of max_length",
    "The loss of each training batch (of the fresh model) and of validation is the "
    "same in every line, to a relative 1e-4: checked before the clock ran",
)


@dataclass(frozen=True)
class LogitsCase:
    """A model on a data set.

    Attributes:
      name: in the table.
      data: the data set.
      config: the config that it starts from.
      settings: what differs from the config.
      steps: training steps of a round.
    """

    name: str
    data: DataSpec
    config: str
    settings: Mapping[str, Any]
    steps: int

    def options(self, data: Path) -> TrainOptions:
        """Returns the options of a training on the data set."""
        values = {**read_config(self.config), **self.settings}
        return TrainOptions(**{**values, "data": str(data), "output": "-"})


CASES = (
    LogitsCase(
        "lstm (64 units), Rent the Runway, 5",
        DataSpec(RENT_THE_RUNWAY, "leave_one_out", 5),
        SMALL_NOTEBOOK,
        {},
        steps=80,
    ),
    LogitsCase(
        "transformer (128 units), Beauty, 50",
        DataSpec(BEAUTY, "leave_one_out", 50),
        SMALL_NOTEBOOK,
        # A batch of 256 whole windows would take 0.6 GB for its logits alone.
        {
            "model": "transformer",
            "day_feature": "none",
            "item_embedding": 128,
            "units": [256],
            "batch_size": 128,
        },
        steps=10,
    ),
)


@dataclass(frozen=True)
class CaseTimes:
    """What was measured of a case.

    Attributes:
      case: its name.
      steps: training steps of a round.
      windows: windows that they hold.
      training: the product first.
      validated: windows of the eval split.
      validation: the product first.
    """

    case: str
    steps: int
    windows: int
    training: Sequence[Timing]
    validated: int
    validation: Sequence[Timing]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `logits`."""
    add_output(parser)
    add_rounds(parser)


def run(args: argparse.Namespace, command: str) -> int:
    """Measures, prints and writes.

    Args:
      args: what the flags of `add_arguments` gave.
      command: the command line, for the table.

    Returns:
      The exit status.
    """
    if args.rounds < ROUNDS:
        raise UsageError(f"--rounds must be at least {ROUNDS}, got {args.rounds}")
    print(measure_logits(CASES, args.rounds, args.output, command), end="")
    return 0


def measure_logits(
    cases: Sequence[LogitsCase], rounds: int, output: str, command: str
) -> str:
    """Measures the cases and writes `logits.md` and `logits.json`.

    Args:
      cases: what to measure.
      rounds: timed rounds of each way.
      output: the folder.
      command: the command line, for the table.

    Returns:
      The Markdown.

    Raises:
      UserError: the reviews are missing, or the pipeline failed.
      ValueError: two ways do not compute the same.
    """
    check_sources([case.data for case in cases])
    folder = make_output(output)
    data = [build_data_set(case.data, folder) for case in cases]

    from trainer.quiet import load_tensorflow

    load_tensorflow()
    from benchmarks.training.logits_times import measure_case

    times = [
        measure_case(case.name, case.options(path), case.steps, rounds)
        for case, path in zip(cases, data, strict=True)
    ]
    return report_of(times, rounds, command).write(folder)


def report_of(times: Sequence[CaseTimes], rounds: int, command: str) -> Report:
    """Returns the tables of training and of validation."""
    return Report(
        subject="logits",
        title="Logits where they are needed, and everywhere",
        command=command,
        notes=(*_NOTES, f"Median of {rounds} rounds"),
        tables=[
            Table(
                "Training",
                ["case", "logits at", "steps/s", "windows/s", "times as long"],
                [cells for each in times for cells in _training_cells(each)],
            ),
            Table(
                "Validation of the eval split",
                ["case", "logits at", "seconds", "windows/s", "times as long"],
                [cells for each in times for cells in _validation_cells(each)],
            ),
        ],
        figures={
            "rounds": rounds,
            "cases": [
                {
                    "case": each.case,
                    "steps": each.steps,
                    "windows": each.windows,
                    "training": _figures(each.training),
                    "validated": each.validated,
                    "validation": _figures(each.validation),
                }
                for each in times
            ],
        },
    )


def _training_cells(times: CaseTimes) -> list[list[str]]:
    product = times.training[0]
    return [
        [
            times.case,
            way.name,
            f"{times.steps / way.median:.1f}",
            f"{times.windows / way.median:,.0f}",
            f"{way.ratio_to(product):.2f}",
        ]
        for way in times.training
    ]


def _validation_cells(times: CaseTimes) -> list[list[str]]:
    product = times.validation[0]
    return [
        [
            times.case,
            way.name,
            f"{way.median:.2f}",
            f"{times.validated / way.median:,.0f}",
            f"{way.ratio_to(product):.2f}",
        ]
        for way in times.validation
    ]


def _figures(ways: Sequence[Timing]) -> list[dict[str, Any]]:
    return [
        {
            "name": way.name,
            "seconds": list(way.seconds),
            "median": way.median,
            "times_as_long": way.ratio_to(ways[0]),
        }
        for way in ways
    ]
