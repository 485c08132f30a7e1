"""Reading a training split to batches: the trainer against plain tf.data pipelines.

A first pass begins with the shards and ends with the last batch of an epoch; the
trainer's holds the check of every id and the counting of targets. A later pass is the
next epoch.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.common.data_sets import (
    BEAUTY,
    DataSpec,
    build_data_set,
    check_sources,
)
from benchmarks.common.flags import (
    TIMED_ROUNDS,
    Number,
    add_numbers,
    add_output,
    check_numbers,
    chosen_names,
)
from benchmarks.common.report import Report, Table, make_output
from benchmarks.common.sample import build_sample
from benchmarks.common.timing import Timing, alternate

FIRST, LATER, STREAMED = (
    "trainer, first pass",
    "trainer, later pass",
    "trainer, streamed",
)
PLAIN, PARALLEL = "map(parse_single_example)", "map(..., AUTOTUNE)"
CACHED_FIRST, CACHED_LATER = "map(..., AUTOTUNE).cache(), first", "the same, later"
INFLATE, COPY = "floor: inflate the shards", "floor: copy the columns"

SAMPLE, LONG = "sample", "beauty"

_LONG_SPEC = DataSpec(BEAUTY, "leave_one_out", 50)

_NOTES = (
    "Times as long: by the medians, in turns in one process; a pass of the plain "
    "pipelines is a first one and a later one at once",
    "Of the trainer: the windows of an epoch with the days `age`, every id checked and "
    "targets counted on the first pass, positions found; no negatives",
    "Of the others: the same four features, shuffle(10_000), batch, prefetch",
    "Floors: zlib over all shards, a thread each; a copy of the parsed int32 columns",
)
_NUMBERS = (
    Number("reviews", 2_000_000, "of the sample"),
    Number("batch_size", 512, "rows of a batch"),
    TIMED_ROUNDS,
)


@dataclass(frozen=True)
class ReadingTimes:
    """What was measured of a data set.

    Attributes:
      name: of the data set.
      windows: of its training split.
      max_length: W.
      inflated_bytes: what its shards hold.
      ways: the times.
    """

    name: str
    windows: int
    max_length: int
    inflated_bytes: int
    ways: Sequence[Timing]

    def way(self, name: str) -> Timing:
        """Returns the times of a way."""
        return next(way for way in self.ways if way.name == name)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `reading`."""
    add_output(parser)
    parser.add_argument(
        "--only",
        metavar="NAME,NAME",
        help=f"data sets: {SAMPLE} (generated, W = 5), {LONG} (W = 50, of REAL_DATA); "
        "all by default",
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
    names = chosen_names(args.only, (SAMPLE, LONG))
    check_sources([_LONG_SPEC] if LONG in names else [])
    folder = make_output(args.output)
    paths = {}
    if LONG in names:
        paths[LONG] = build_data_set(_LONG_SPEC, folder)
    if SAMPLE in names:
        paths[SAMPLE] = build_sample(args.reviews, folder)

    from trainer.quiet import load_tensorflow

    load_tensorflow()
    measured = [
        measure_reading(name, str(paths[name]), args.batch_size, args.rounds)
        for name in names
    ]
    print(report_of(measured, args.rounds, command).write(folder), end="")
    return 0


def measure_reading(name: str, path: str, batch_size: int, rounds: int) -> ReadingTimes:
    """Times every way over a data set, in turns.

    Args:
      name: of the data set.
      path: its folder.
      batch_size: rows of a batch.
      rounds: timed rounds.
    """
    from benchmarks.training import reading_ways as ways
    from schemas.layout import TRAIN
    from trainer.data.data_set import open_data_set

    data_set = open_data_set(path)
    kept = ways.Product(data_set, batch_size)
    kept.first_pass()
    kept_cached = ways.cached(data_set, batch_size)
    parallel = {"num_parallel_calls": -1}  # tf.data.AUTOTUNE
    timed: dict[str, Callable[[], object]] = {
        FIRST: lambda: ways.Product(data_set, batch_size).first_pass(),
        PLAIN: lambda: ways.take_all(ways.plain(data_set, batch_size)),
        PARALLEL: lambda: ways.take_all(ways.plain(data_set, batch_size, **parallel)),
        CACHED_FIRST: lambda: ways.take_all(ways.cached(data_set, batch_size)),
        STREAMED: lambda: ways.Product(data_set, batch_size).streamed_pass(),
        INFLATE: lambda: ways.inflate(data_set),
        LATER: kept.later_pass,
        CACHED_LATER: lambda: ways.take_all(kept_cached),
        COPY: ways.copies(data_set),
    }
    return ReadingTimes(
        name,
        data_set.num_records(TRAIN),
        data_set.max_length,
        ways.inflate(data_set),
        alternate(timed, rounds),
    )


def report_of(measured: Sequence[ReadingTimes], rounds: int, command: str) -> Report:
    """Returns a table for each data set."""
    return Report(
        subject="reading",
        title="Reading TFRecords to batches",
        command=command,
        notes=(*_NOTES, f"Median of {rounds} rounds"),
        tables=[_table(times) for times in measured],
        figures={
            "rounds": rounds,
            "data_sets": [
                {
                    "name": times.name,
                    "windows": times.windows,
                    "max_length": times.max_length,
                    "inflated_bytes": times.inflated_bytes,
                    "ways": {
                        way.name: {"seconds": way.seconds, "median": way.median}
                        for way in times.ways
                    },
                }
                for times in measured
            ],
        },
    )


def _table(times: ReadingTimes) -> Table:
    first, later = times.way(FIRST), times.way(LATER)
    floors = {FIRST: INFLATE, STREAMED: INFLATE, LATER: COPY}
    rows = []
    for way in times.ways:
        floor: Any = floors.get(way.name)
        rows.append(
            [
                way.name,
                f"{way.median:.3f}",
                f"{times.windows / way.median:,.0f}",
                f"{way.ratio_to(first):.2f}",
                f"{way.ratio_to(later):.2f}",
                f"{way.ratio_to(times.way(floor)):.1f}" if floor else "-",
            ]
        )
    return Table(
        f"{times.name}: {times.windows:,} windows of {times.max_length}, "
        f"{times.inflated_bytes / 1e6:,.0f} MB inflated",
        [
            "way",
            "seconds",
            "windows/s",
            "to the first pass",
            "to a later pass",
            "to its floor",
        ],
        rows,
    )
