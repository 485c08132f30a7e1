"""Training of the notebook's model on Rent the Runway: an epoch, and to a quality.

The same sizes, batch, optimizer and float32 in every way. An epoch: of the notebook's
windows (`--split random`), in turns. Quality: on `--split leave_one_out`, where
windows that overlap and windows that do not hold the same transitions and are measured
on the same targets; on Amazon Beauty where asked for, since popularity alone does as
well as the notebook's model on Rent the Runway.
"""

import argparse
from dataclasses import dataclass
from typing import Any

from benchmarks.common.data_sets import (
    RENT_THE_RUNWAY,
    SOURCES,
    DataSpec,
    build_data_set,
    check_sources,
)
from benchmarks.common.flags import add_output, add_rounds
from benchmarks.common.report import Report, Table, make_output
from benchmarks.common.timing import ROUNDS
from schemas.errors import UsageError

MAX_LENGTH = 5
UNITS = (1024, 512)

_NOTES = (
    "The notebook's model with units of {units}, batches of 512, Adam, float32, in "
    "every way; what is timed is an epoch with its input, the way each is written",
    "All: every position of overlapping windows; once: each transition in one window",
    "Times as long: by the medians of {rounds} rounds, in turns; the floor: the "
    "multiply-adds of the real steps and targets, forward and backward, at the "
    "{speed:.0f} thousand million a second of TensorFlow's product of two matrices",
)


@dataclass(frozen=True)
class EpochTimes:
    """An epoch of one way.

    Attributes:
      name: of the way.
      windows: that it trains on.
      targets: that it learns from, padding included where it does.
      seconds: of each round.
      median: of these.
      floor: the seconds that the multiply-adds take which its real targets need.
    """

    name: str
    windows: int
    targets: int
    seconds: tuple[float, ...]
    median: float
    floor: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `epoch`."""
    add_output(parser)
    add_rounds(parser)
    parser.add_argument(
        "--torch_python",
        metavar="PATH",
        help="an interpreter with PyTorch; without it the row of PyTorch is left out",
    )
    parser.add_argument(
        "--units",
        default=",".join(map(str, UNITS)),
        metavar="N,N",
        help=f"sizes of the two LSTM layers (default: {UNITS[0]},{UNITS[1]})",
    )
    parser.add_argument(
        "--epochs",
        type=int,
        default=4,
        metavar="N",
        help="the most epochs of a training to a quality; 0: none (default: 4)",
    )
    parser.add_argument(
        "--quality_on",
        choices=sorted(SOURCES),
        default=RENT_THE_RUNWAY.name,
        help="the reviews of a training to a quality (default: "
        f"{RENT_THE_RUNWAY.name})",
    )
    parser.add_argument(
        "--check_steps",
        type=int,
        default=10,
        metavar="N",
        help="steps of such a training between two looks at the eval split "
        "(default: 10)",
    )


def run(args: argparse.Namespace, command: str) -> int:
    """Measures, prints and writes.

    Args:
      args: what the flags of `add_arguments` gave.
      command: the command line, for the table.

    Returns:
      The exit status.
    """
    if args.rounds < ROUNDS and args.rounds:
        raise UsageError(
            f"--rounds must be at least {ROUNDS}, or 0 for none, got {args.rounds}"
        )
    if args.epochs < 0:
        raise UsageError(f"--epochs must be 0 or more, got {args.epochs}")
    if not args.rounds and not args.epochs:
        raise UsageError("--rounds 0 and --epochs 0 leave nothing to measure")
    if args.check_steps < 1:
        raise UsageError(f"--check_steps must be at least 1, got {args.check_steps}")
    units = _units(args.units)
    measured = {"random": RENT_THE_RUNWAY} if args.rounds else {}
    if args.epochs:
        measured["leave_one_out"] = SOURCES[args.quality_on]
    specs = {
        (split, stride): DataSpec(source, split, MAX_LENGTH, stride)
        for split, source in measured.items()
        for stride in (1, MAX_LENGTH)
    }
    check_sources(list(specs.values()))
    folder = make_output(args.output)
    data = {key: build_data_set(spec, folder) for key, spec in specs.items()}

    from trainer.quiet import load_tensorflow

    load_tensorflow()
    from benchmarks.common.matrix_speed import multiply_adds_a_second
    from benchmarks.training.epoch_quality import quality_table
    from benchmarks.training.epoch_times import measure_epochs

    speed = multiply_adds_a_second()
    tables: list[Table] = []
    figures: dict[str, Any] = {}
    if args.rounds:
        overlapping, apart = data["random", 1], data["random", MAX_LENGTH]
        epochs = measure_epochs(
            overlapping, apart, units, args.rounds, args.torch_python, folder, speed
        )
        tables.append(epoch_table(epochs))
        figures["epochs"] = [vars(each) for each in epochs]
    if args.epochs:
        table, found = quality_table(
            data["leave_one_out", 1],
            data["leave_one_out", MAX_LENGTH],
            units,
            args.epochs,
            args.check_steps,
            args.quality_on,
        )
        tables.append(table)
        figures["quality"] = found
    report = Report(
        subject="epoch",
        title="Training of the notebook's model",
        command=command,
        notes=[
            note.format(units=args.units, rounds=args.rounds, speed=speed / 1e9)
            for note in _NOTES
        ],
        tables=tables,
        figures={"multiply_adds_per_second": speed, **figures},
    )
    print(report.write(folder), end="")
    return 0


def epoch_table(epochs: list[EpochTimes]) -> Table:
    """Returns the table of an epoch; the first one is the notebook's."""
    notebook = epochs[0]
    cells = [
        [
            each.name,
            f"{each.windows:,}",
            f"{each.targets:,}",
            f"{each.median:.2f}",
            f"{notebook.median / each.median:.2f}",
            f"{each.median / each.floor:.2f}",
        ]
        for each in epochs
    ]
    missing = "PyTorch is left out: no --torch_python was given."
    return Table(
        "An epoch",
        [
            "way",
            "windows",
            "targets",
            "seconds",
            "times as fast as the notebook",
            "times the floor",
        ],
        cells,
        () if any(each.name.startswith("PyTorch") for each in epochs) else (missing,),
    )


def _units(text: str) -> tuple[int, ...]:
    try:
        units = tuple(int(part) for part in text.split(","))
    except ValueError:
        units = ()
    if len(units) != len(UNITS) or min(units) < 1:
        raise UsageError(f"--units must be two sizes with a comma between, got {text}")
    return units


def product_settings(units: tuple[int, ...], **settings: Any) -> dict[str, Any]:
    """Returns the settings of the `notebook` config with other sizes."""
    from trainer.config_files import read_config

    return {**read_config("notebook"), "units": units, **settings}
