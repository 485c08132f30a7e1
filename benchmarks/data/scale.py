"""What the pipeline takes at any size, over generated logs.

Each call adds its log and settings to the table of the output.
"""

import argparse
import dataclasses
from collections.abc import Sequence
from typing import get_args

from benchmarks.common.flags import add_output
from benchmarks.common.report import Report, Table, make_output
from benchmarks.data.scale_events import EVENTS_A_USER, LogSpec
from benchmarks.data.scale_runs import ScaleCase, ScaleRun, finished_runs, measure_case
from schemas.errors import UsageError
from schemas.settings import Split

_NOTES = (
    "Generated logs in the order of time: popularity after Zipf and Mandelbrot, "
    f"{EVENTS_A_USER} events a user on average, hot: one user more, with so many",
    "The in-process engine, which keeps all that is shuffled in memory; peak memory "
    "grows with the log there, and on a service with the partition alone",
    "Rows a CPU second: by the CPU time of all threads, imports apart, so that other "
    "work on the machine tells little; seconds are upper bounds where there was any",
)
_SETTINGS = ("split", "max_length", "max_history", "max_seen", "num_shards")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `scale`."""
    add_output(parser)

    def number(flag: str, default: int | None, meaning: str) -> None:
        parser.add_argument(
            f"--{flag}", type=int, default=default, metavar="N", help=meaning
        )

    number("events", 20_000_000, "rows of the log (default: 20000000)")
    number("items", 1_000_000, "items of the catalogue (default: 1000000)")
    number("hot", 0, "rows of one hot user among them (default: 0, there is none)")
    parser.add_argument(
        "--format",
        default="jsonl",
        choices=("jsonl", "parquet"),
        help="of the log's files (default: jsonl)",
    )
    parser.add_argument("--split", choices=get_args(Split), help="as the pipeline's")
    for flag in _SETTINGS[1:]:
        number(flag, None, "as the pipeline's")


def run(args: argparse.Namespace, command: str) -> int:
    """Measures, prints and writes.

    Args:
      args: what the flags of `add_arguments` gave.
      command: the command line, for the table.

    Returns:
      The exit status.
    """
    print(measure_scale(case_of(args), args.output, command), end="")
    return 0


def case_of(args: argparse.Namespace) -> ScaleCase:
    """Returns the case that the flags make.

    Raises:
      UsageError: a number is out of range.
    """
    for flag in ("events", "items"):
        if getattr(args, flag) < 1:
            raise UsageError(f"--{flag} must be at least 1, got {getattr(args, flag)}")
    if not 0 <= args.hot <= args.events:
        raise UsageError(
            f"--hot must be in 0 ... --events ({args.events}), got {args.hot}"
        )
    chosen = ((name, getattr(args, name)) for name in _SETTINGS)
    return ScaleCase(
        LogSpec(args.events, args.items, args.hot, args.format),
        tuple((name, value) for name, value in chosen if value is not None),
    )


def measure_scale(case: ScaleCase, output: str, command: str) -> str:
    """Measures a case and writes `scale.md` and `scale.json`.

    Args:
      case: what to measure.
      output: the folder; the table holds all cases that were measured into it.
      command: the command line, for the table.

    Returns:
      The Markdown.

    Raises:
      UserError: a program failed, or a file cannot be written.
    """
    folder = make_output(output)
    measure_case(case, folder)
    return report_of(finished_runs(folder), command).write(folder)


def report_of(runs: Sequence[ScaleRun], command: str) -> Report:
    """Returns the tables of runs, of shuffled bytes and of a worker's memory."""
    return Report(
        subject="scale",
        title="The pipeline at any size",
        command=command,
        notes=_NOTES,
        tables=[
            Table(
                "Runs",
                [
                    "events",
                    "hot",
                    "flags",
                    "input MB",
                    "seconds",
                    "after imports",
                    "CPU s",
                    "rows/CPU s",
                    "peak GB",
                    "output MB",
                    "windows",
                    "vocabulary",
                ],
                [_run_cells(run) for run in runs],
            ),
            Table(
                "Shuffled bytes",
                [
                    "events",
                    "hot",
                    "flags",
                    "event, 1 partition",
                    "64",
                    "1,000",
                    "10,000",
                    "100,000",
                    "event in histories",
                    "train example",
                    "eval example",
                    "in all an event",
                ],
                [_shuffle_cells(run) for run in runs],
                [
                    "In all an event: at 64 partitions, with the examples of all "
                    "splits; the digests of distinct items and tf.Transform's counts "
                    "apart.",
                ],
            ),
            Table(
                "Peak memory of one process at one partition, MB",
                [
                    "events",
                    "hot",
                    "flags",
                    "partitions",
                    "events of it",
                    "imports",
                    "+ its events",
                    "+ sorting",
                    "+ windows",
                ],
                [_memory_cells(run) for run in runs],
                [
                    "The largest so far: a stage that needs less than the one before "
                    "repeats its figure."
                ],
            ),
        ],
        figures={"runs": [dataclasses.asdict(run) for run in runs]},
    )


def shuffled_bytes(run: ScaleRun) -> float:
    """Returns the bytes that all shuffles of a run take for one event."""
    weights = run.weights
    examples = sum(
        weights["example_bytes"][split] * count for split, count in run.records.items()
    )
    kept = weights["event_bytes"]["64"] + weights["history_bytes"]
    return float(kept + examples / run.rows)


def _case_cells(run: ScaleRun) -> list[str]:
    flags = " ".join(f"--{name} {value}" for name, value in run.case.settings)
    log = run.case.log
    kind = "" if log.format == "jsonl" else f" ({log.format})"
    return [f"{run.rows:,}{kind}", f"{log.hot:,}", flags or "-"]


def _run_cells(run: ScaleRun) -> list[str]:
    return [
        *_case_cells(run),
        f"{run.input_bytes / 1e6:,.0f}",
        f"{run.usage.seconds:,.0f}",
        f"{run.usage.seconds - run.imports.seconds:,.0f}",
        f"{run.usage.cpu_seconds:,.0f}",
        f"{run.rows_a_cpu_second:,.0f}",
        f"{run.usage.peak_bytes / 1e9:.2f}",
        f"{run.output_bytes / 1e6:,.0f}",
        f"{sum(run.records.values()):,}",
        f"{run.vocabulary:,}",
    ]


def _shuffle_cells(run: ScaleRun) -> list[str]:
    weights = run.weights
    examples = weights["example_bytes"]
    return [
        *_case_cells(run),
        *(f"{size:.1f}" for size in weights["event_bytes"].values()),
        f"{weights['history_bytes']:.1f}",
        *(
            f"{examples[split]:,.0f}" if split in examples else "-"
            for split in ("train", "eval")
        ),
        f"{shuffled_bytes(run):,.0f}",
    ]


def _memory_cells(run: ScaleRun) -> list[str]:
    peaks = run.weights["peaks"].values()
    cells = [f"{run.weights[name]:,}" for name in ("partitions", "events")]
    return [*_case_cells(run), *cells, *(f"{peak / 1e6:,.0f}" for peak in peaks)]
