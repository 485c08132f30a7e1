"""Recommendations for all users: `pipeline.recommend` against `trainer predict`.

Both are run as programs, in turns: the one reads reviews, the other a file of the
histories of the same users. Their answers are first found to be the same.
"""

import argparse
import gzip
import json
import statistics
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.answers.recommend_histories import write_histories
from benchmarks.answers.serving import sample_data_set, sample_file
from benchmarks.common.flags import Number, add_numbers, add_output, check_numbers
from benchmarks.common.programs import Usage, run_module, run_python
from benchmarks.common.report import Report, Table, make_output
from benchmarks.common.timing import ROUNDS
from benchmarks.common.trained_runs import train_run
from trainer.run_files import EXPORT

PRODUCT = "python -m pipeline.recommend"
PEER = "python -m trainer predict"

# What each program imports before it reads a row.
_IMPORTS = {
    PRODUCT: "from pipeline.quiet import load_libraries\n"
    "load_libraries(with_transform=False)\n"
    "import pipeline.recommend.program",
    PEER: "from trainer.quiet import load_tensorflow\n"
    "load_tensorflow()\n"
    "import trainer.serving.client",
}

_NOTES = (
    "Each program in a process of its own, in turns; the one reads reviews as JSON "
    "lines and writes gzip, the other reads histories as JSON lines, already grouped, "
    "and writes plain lines",
    "After imports: without what a process takes that only imports the same modules, "
    "measured in the same turns",
    "A core: by the CPU time of all threads after imports",
    "Floor: the multiply-adds of all histories at the speed measured for a product of "
    "large matrices",
)
_NUMBERS = (
    Number("reviews", 200_000, "of the sample"),
    Number("items", 5_000, "of the sample", least=2),
    Number("rounds", ROUNDS, "of each program"),
)


@dataclass(frozen=True)
class Runs:
    """The runs of one program.

    Attributes:
      name: the program.
      whole: of each round.
      imports: the same, of a process that only imports.
    """

    name: str
    whole: tuple[Usage, ...]
    imports: tuple[Usage, ...]

    @property
    def seconds(self) -> float:
        """The median of the whole program."""
        return statistics.median(usage.seconds for usage in self.whole)

    @property
    def seconds_after_imports(self) -> float:
        """The same without imports."""
        return self.seconds - statistics.median(u.seconds for u in self.imports)

    @property
    def cpu_seconds_after_imports(self) -> float:
        """The median CPU time without that of imports."""
        return statistics.median(u.cpu_seconds for u in self.whole) - statistics.median(
            u.cpu_seconds for u in self.imports
        )

    @property
    def peak_bytes(self) -> float:
        """The median peak memory."""
        return statistics.median(usage.peak_bytes for usage in self.whole)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `recommend`."""
    add_output(parser)
    parser.add_argument(
        "--config",
        default="quick",
        metavar="FILE",
        help="of the model, which is trained for one epoch (default: quick)",
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
    reviews = sample_file(folder, args.reviews, args.items)
    trained = train_run(data, args.config, folder)
    histories = folder / f"histories-{args.reviews}-{args.items}.jsonl"
    users = write_histories(reviews, histories)
    ways = _ways(trained, reviews, histories, folder)
    for way in ways.values():
        way()
    check_answers(folder)
    runs = run_in_turns(ways, args.rounds)

    from trainer.quiet import load_tensorflow

    load_tensorflow()
    from benchmarks.answers.recommend_histories import floor_seconds

    floor = floor_seconds(str(trained), histories)
    print(report_of(runs, users, floor, args.rounds, command).write(folder), end="")
    return 0


def _ways(
    trained: Path, reviews: Path, histories: Path, folder: Path
) -> dict[str, Callable[[], Usage]]:
    export = trained / EXPORT

    def predict() -> Usage:
        with _predictions(folder).open("wb") as stream:
            return run_python(
                *("-m", "trainer", "predict", f"--model={export}"),
                f"--input={histories}",
                stdout=stream,
            )

    return {
        PRODUCT: lambda: run_module(
            "pipeline.recommend",
            f"--input={reviews}",
            "--schema=rent_the_runway",
            f"--model={export}",
            f"--output={folder / 'recommended'}",
            "--overwrite",
            "--quiet",
        ),
        PEER: predict,
    }


def _predictions(folder: Path) -> Path:
    return folder / "predicted.jsonl"


def run_in_turns(ways: dict[str, Callable[[], Usage]], rounds: int) -> list[Runs]:
    """Runs the programs, and what they import alone, in turns."""
    whole: dict[str, list[Usage]] = {name: [] for name in ways}
    imports: dict[str, list[Usage]] = {name: [] for name in ways}
    for number in range(rounds):
        names = list(ways)
        for name in names if number % 2 == 0 else reversed(names):
            imports[name].append(run_python("-c", _IMPORTS[name]))
            whole[name].append(ways[name]())
    return [Runs(name, tuple(whole[name]), tuple(imports[name])) for name in ways]


def check_answers(folder: Path) -> None:
    """Compares what both programs wrote.

    Raises:
      ValueError: they answered other users, or more than one in a hundred otherwise.
        A tie that the last digit of a score breaks may change a place.
    """
    recommended = {row["user_id"]: row["items"] for row in _recommended(folder)}
    with _predictions(folder).open() as lines:
        predicted = {
            row["user_id"]: [each["item_id"] for each in row["recommendations"]]
            for row in map(json.loads, lines)
        }
    if recommended.keys() != predicted.keys():
        raise ValueError("The programs have answered different users.")
    others = sum(items != predicted[user] for user, items in recommended.items())
    if others * 100 > len(recommended):
        raise ValueError(f"{others} of {len(recommended)} answers differ.")


def _recommended(folder: Path) -> Iterator[dict[str, object]]:
    for path in sorted((folder / "recommended" / "recommendations").iterdir()):
        with gzip.open(path, "rt") as lines:
            yield from map(json.loads, lines)


def report_of(
    runs: list[Runs], users: int, floor: float, rounds: int, command: str
) -> Report:
    """Returns the table.

    Args:
      runs: the product first.
      users: who were answered.
      floor: seconds of the multiply-adds.
      rounds: of each program.
      command: the command line.
    """
    return Report(
        subject="recommend",
        title="Recommendations for all users",
        command=command,
        notes=(f"{users:,} users", *_NOTES, f"Median of {rounds} rounds"),
        tables=[
            Table(
                "Programs",
                [
                    "program",
                    "seconds",
                    "after imports",
                    "users/s after imports",
                    "users/s a core",
                    "peak GB",
                    "times as long",
                    "after imports, times as long",
                    "times the floor",
                ],
                [_cells(each, runs[0], users, floor) for each in runs],
            )
        ],
        figures={
            "rounds": rounds,
            "users": users,
            "floor_seconds": floor,
            "programs": [asdict(each) for each in runs],
        },
    )


def _cells(runs: Runs, product: Runs, users: int, floor: float) -> list[str]:
    seconds = runs.seconds_after_imports
    return [
        runs.name,
        f"{runs.seconds:.1f}",
        f"{seconds:.1f}",
        f"{users / seconds:,.0f}",
        f"{users / runs.cpu_seconds_after_imports:,.0f}",
        f"{runs.peak_bytes / 1e9:.2f}",
        f"{runs.seconds / product.seconds:.2f}",
        f"{seconds / product.seconds_after_imports:.2f}",
        f"{seconds / floor:.0f}",
    ]
