"""One request to the SavedModel and batches of 256, against `predict` of the notebook.

The peer is the notebook's Keras model asked in the notebook's way, `model.predict` of
one history, and by `predict_on_batch`. Its history comes as ids, ready to use; the
SavedModel is given text: items and dates of a raw history.
"""

import argparse
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.common.flags import Number, add_numbers, add_output, check_numbers
from benchmarks.common.programs import run_module
from benchmarks.common.report import Report, Table, make_output
from benchmarks.common.timing import ROUNDS
from benchmarks.common.trained_runs import train_run
from schemas.layout import MANIFEST

BATCH = 256
FLOOR = "a SavedModel that does nothing"
PREDICT = "notebook's model, predict"
ON_BATCH = "notebook's model, predict_on_batch"

_NOTES = (
    "One request: a history of five events as text; tensors are made of Python lists "
    "within the time, answers are taken as NumPy arrays",
    "The notebook's model: embeddings of 100 and 20, LSTMs of 1,024 and 512, "
    "attention, softmax over the items; weights as they start, ids ready to use",
    "In turns: in each round every way is asked so many times in a row; median and "
    "99th percentile of all requests of all rounds, in one process",
    f"{FLOOR[0].upper()}{FLOOR[1:]}: same inputs, returns a constant; the floor of one "
    "request. That of a batch: the multiply-adds at the speed measured for a product "
    "of large matrices",
)
_NUMBERS = (
    Number("reviews", 60_000, "of the sample that the models learn from"),
    Number("items", 500, "of the sample", least=2),
    Number(
        "requests", 300, "single requests of a round; a tenth as many batches", least=10
    ),
    Number("rounds", ROUNDS, "of each way"),
)


@dataclass(frozen=True)
class Asked:
    """The times of one way.

    Attributes:
      name: of the way.
      milliseconds: of each single request.
      batch_milliseconds: of each batch; empty where it is not asked for batches.
      batch_floor_milliseconds: what the multiply-adds of a batch would take; None
        where it is not known.
    """

    name: str
    milliseconds: Sequence[float]
    batch_milliseconds: Sequence[float] = ()
    batch_floor_milliseconds: float | None = None

    @property
    def median(self) -> float:
        """The median request, in ms."""
        return statistics.median(self.milliseconds)

    @property
    def p99(self) -> float:
        """The 99th percentile of the requests, in ms."""
        return statistics.quantiles(self.milliseconds, n=100)[98]

    @property
    def batch_median(self) -> float:
        """The median batch, in ms."""
        return statistics.median(self.batch_milliseconds)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `serving`."""
    add_output(parser)
    parser.add_argument(
        "--configs",
        default="quick,notebook",
        metavar="FILE,FILE",
        help="of the models that are exported and asked, each trained for one epoch "
        "(default: quick,notebook)",
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
    folder = make_output(args.output)
    data = sample_data_set(folder, args.reviews, args.items)
    runs = {
        f"SavedModel, config {Path(config).stem}": str(train_run(data, config, folder))
        for config in args.configs.split(",")
    }

    from trainer.quiet import load_tensorflow

    load_tensorflow()
    from benchmarks.answers.serving_ways import ask_in_turns

    asked = ask_in_turns(runs, str(data), args.requests, args.rounds)
    print(report_of(asked, args.rounds, command).write(folder), end="")
    return 0


def sample_data_set(folder: Path, reviews: int, items: int) -> Path:
    """Returns the data set of a sample, made by the two programs unless it is there.

    Raises:
      UserError: a program failed.
    """
    path = folder / "data" / f"sample-{reviews}-{items}"
    if not (path / MANIFEST).exists():
        run_module(
            "pipeline",
            f"--input={sample_file(folder, reviews, items)}",
            f"--output={path}",
            "--schema=rent_the_runway",
        )
    return path


def sample_file(folder: Path, reviews: int, items: int) -> Path:
    """Returns the file of a sample, made by `pipeline.sample` unless it is there.

    Raises:
      UserError: the program failed.
    """
    path = folder / f"sample-{reviews}-{items}.jsonl"
    if not path.exists():
        run_module(
            "pipeline.sample",
            f"--reviews={reviews}",
            f"--items={items}",
            f"--output={path}",
        )
    return path


def report_of(asked: Sequence[Asked], rounds: int, command: str) -> Report:
    """Returns the tables of single requests and of batches.

    Args:
      asked: the product first; `FLOOR` and `PREDICT` among them.
      rounds: of each way.
      command: the command line.
    """
    by_name = {way.name: way for way in asked}
    floor, peer = by_name[FLOOR].median, by_name[PREDICT].median
    return Report(
        subject="serving",
        title="Requests to the exported model",
        command=command,
        notes=(
            *_NOTES,
            f"{len(asked[0].milliseconds):,} requests and "
            f"{len(asked[0].batch_milliseconds):,} batches in {rounds} rounds",
        ),
        tables=[
            Table(
                "One request",
                ["way", "median ms", "p99 ms", "predict takes", "times the floor"],
                [
                    [
                        way.name,
                        f"{way.median:.2f}",
                        f"{way.p99:.2f}",
                        f"{peer / way.median:.1f} times as long",
                        f"{way.median / floor:.1f}",
                    ]
                    for way in asked
                ],
            ),
            Table(
                f"Batches of {BATCH}",
                ["way", "median ms", "ms a request", "times the floor"],
                [_batch_cells(way) for way in asked if way.batch_milliseconds],
            ),
        ],
        figures={
            "rounds": rounds,
            "ways": [
                {**asdict(way), "median": way.median, "p99": way.p99} for way in asked
            ],
        },
    )


def _batch_cells(way: Asked) -> list[str]:
    floor = way.batch_floor_milliseconds
    return [
        way.name,
        f"{way.batch_median:.2f}",
        f"{way.batch_median / BATCH:.4f}",
        "-" if floor is None else f"{way.batch_median / floor:.1f}",
    ]
