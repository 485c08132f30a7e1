"""What a training step takes as the catalogue grows, all items against a sample.

Each size and loss is measured in a process of its own (`catalogue_step.py`), so that
peak memory is its own.
"""

import argparse
import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from benchmarks.common.flags import Number, add_numbers, add_output, check_numbers
from benchmarks.common.programs import Usage, run_python
from benchmarks.common.report import Report, Table, make_output
from schemas.errors import UsageError
from trainer.options import LossName

LOSSES: tuple[LossName, ...] = get_args(LossName)
_NUMBERS = (
    Number("dim", 64, "of an item's vector"),
    Number("targets", 128, "of a step"),
    Number("steps", 10, "that are timed, after two that are not"),
)


@dataclass(frozen=True)
class Steps:
    """Training steps at one size.

    Attributes:
      items: N.
      loss: as the trainer's.
      dim: of an item's vector.
      targets: of a step.
      seconds: the median step.
      cpu_seconds: of a step, all threads; the mean.
      usage: of the whole process.
    """

    items: int
    loss: str
    dim: int
    targets: int
    seconds: float
    cpu_seconds: float
    usage: Usage

    @property
    def vectors_bytes(self) -> int:
        """Size of the items' vectors, which are tied, in float32."""
        return self.items * self.dim * 4

    @property
    def logits_bytes(self) -> int:
        """Size of the logits of all items, in float32."""
        return self.items * self.targets * 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `catalogue`."""
    add_output(parser)
    parser.add_argument(
        "--items",
        default="10000,100000,1000000",
        metavar="N,N",
        help="sizes of the catalogue (default: 10000,100000,1000000)",
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
    try:
        sizes = [int(size) for size in args.items.split(",")]
    except ValueError:
        sizes = [0]
    if min(sizes) < 2:
        raise UsageError(
            f"--items must be whole numbers of at least 2 with commas between them, "
            f"got {args.items!r}"
        )
    folder = make_output(args.output)
    measured = [
        measure_steps(folder, size, loss, args.dim, args.targets, args.steps)
        for size in sizes
        for loss in LOSSES
    ]
    print(report_of(measured, command).write(folder), end="")
    return 0


def measure_steps(
    folder: Path, items: int, loss: LossName, dim: int, targets: int, steps: int
) -> Steps:
    """Measures one size and loss.

    Args:
      folder: where the figures of the process go.
      items: N.
      loss: as the trainer's.
      dim: of an item's vector.
      targets: of a step.
      steps: how many to time.

    Raises:
      UserError: the process failed, for instance for lack of memory.
    """
    path = folder / "catalogue-step.json"
    arguments = map(str, (items, loss, dim, targets, steps))
    with path.open("wb") as stream:
        usage = run_python(
            *("-m", "benchmarks.training.catalogue_step", *arguments), stdout=stream
        )
    found = json.loads(path.read_text())
    path.unlink()
    return Steps(items, loss, dim, targets, **found, usage=usage)


def report_of(measured: Sequence[Steps], command: str) -> Report:
    """Returns the table."""
    return Report(
        subject="catalogue",
        title="A training step as the catalogue grows",
        command=command,
        notes=(
            "The trainer's default model and optimizer at the size below, on the CPU; "
            "the sampled loss draws its 1,024 negatives beside the step",
            "CPU: of all threads, the draws among them",
            "Peak: of the whole process, of which the smallest size shows what imports "
            "and the graph take",
        ),
        tables=[
            Table(
                "Steps",
                [
                    "items",
                    "loss",
                    "dim",
                    "targets",
                    "vectors MB",
                    "logits of all MB",
                    "ms a step",
                    "CPU ms a step",
                    "peak GB",
                ],
                [_cells(steps) for steps in measured],
            )
        ],
        figures={"steps": [dataclasses.asdict(steps) for steps in measured]},
    )


def _cells(steps: Steps) -> list[Any]:
    return [
        f"{steps.items:,}",
        steps.loss,
        f"{steps.dim}",
        f"{steps.targets}",
        f"{steps.vectors_bytes / 1e6:,.0f}",
        f"{steps.logits_bytes / 1e6:,.0f}" if steps.loss == "full" else "-",
        f"{steps.seconds * 1e3:,.0f}",
        f"{steps.cpu_seconds * 1e3:,.0f}",
        f"{steps.usage.peak_bytes / 1e9:.2f}",
    ]
