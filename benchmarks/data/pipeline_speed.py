"""The pipeline beside what its users would write instead, on one log of reviews.

All ways start from the same file of JSON lines with all their fields. Seconds are those
of the work alone, as each program reports them after its imports.
"""

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.common.flags import (
    TIMED_ROUNDS,
    Number,
    add_numbers,
    add_output,
    check_numbers,
    chosen_names,
)
from benchmarks.common.programs import Reported, run_module, run_reporting
from benchmarks.common.report import Report, Table, make_output
from benchmarks.common.timing import Timing, in_turns
from benchmarks.data.parse_floor import parse_seconds
from benchmarks.data.start_times import start_seconds, starts
from schemas.errors import UsageError
from schemas.layout import MANIFEST
from schemas.manifest import Manifest

REVIEWS = 2_000_000
NOTEBOOK_REVIEWS = (25_000, 50_000, 100_000)
_OURS, _ELEMENTS, _POLARS = "pipeline", "elements", "polars"
_NAMES = {
    _OURS: "`python -m pipeline`",
    _ELEMENTS: "one Beam element a review",
    _POLARS: "polars by hand, in memory, not split, nothing written",
}
_NUMBERS = (Number("reviews", REVIEWS, "rows of the log"), TIMED_ROUNDS)
_PEERS = Path(__file__).parents[1] / "peers"
_SCHEMA = ("--schema", "rent_the_runway")
_NOTES = (
    "The log of `python -m pipeline.sample`, all fields of Rent the Runway's reviews; "
    "seconds after imports, the median of rounds in turns behind an untimed one; CPU "
    "and peak memory of the whole process, imports and all threads included",
    "Floor: reading the file block by block and parsing the three needed fields with "
    "Arrow, on all cores, and nothing else",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `pipeline_speed`."""
    add_output(parser)
    add_numbers(parser, _NUMBERS)
    parser.add_argument(
        "--only",
        metavar="NAMES",
        help=f"some of {', '.join(_NAMES)}, with commas between them",
    )
    parser.add_argument(
        "--polars_python",
        metavar="PATH",
        help="an interpreter with polars; without it the row of polars is left out",
    )
    parser.add_argument(
        "--notebook_reviews",
        default=",".join(map(str, NOTEBOOK_REVIEWS)),
        metavar="N,N",
        help="parts of the log for the notebook's loop, which grows with the square; "
        "empty: none",
    )
    parser.add_argument(
        "--growth",
        default="",
        metavar="N,N",
        help="further sizes of the log, of which the pipeline (and polars) run once",
    )


def run(args: argparse.Namespace, command: str) -> int:
    """Measures, prints and writes.

    Args:
      args: what the flags of `add_arguments` gave.
      command: the command line, for the table.

    Returns:
      The exit status.
    """
    check_numbers(args, _NUMBERS)
    names = chosen_names(args.only, _NAMES)
    if args.polars_python is None and _POLARS in names:
        names.remove(_POLARS)
    sizes = {flag: _sizes(args, flag) for flag in ("notebook_reviews", "growth")}
    folder = make_output(args.output)
    log = write_log(folder, args.reviews)
    reports: dict[str, list[Reported]] = {name: [] for name in names}

    def way(name: str) -> Callable[[], float]:
        def measured() -> float:
            reports[name].append(run_way(name, log, folder, args.polars_python))
            return float(reports[name][-1].values["seconds"])

        return measured

    timings = in_turns({name: way(name) for name in names}, args.rounds)
    floor = parse_seconds(log)
    tables = [_speed(timings, reports, args.reviews, floor)]
    figures: dict[str, Any] = {
        "reviews": args.reviews,
        "floor_seconds": floor,
        "seconds": {timing.name: timing.seconds for timing in timings},
    }
    if sizes["growth"]:
        rows = [
            (
                size,
                name,
                run_way(name, write_log(folder, size), folder, args.polars_python),
            )
            for size in sizes["growth"]
            for name in names
            if name != _ELEMENTS
        ]
        tables.append(_growth(rows))
        figures["growth"] = [[n, name, r.values["seconds"]] for n, name, r in rows]
    if sizes["notebook_reviews"]:
        seconds = [
            run_reporting(
                str(_PEERS / "notebook_windows.py"), str(write_log(folder, size))
            ).values["seconds"]
            for size in sizes["notebook_reviews"]
        ]
        tables.append(_notebook(sizes["notebook_reviews"], seconds, args.reviews))
        figures["notebook"] = [sizes["notebook_reviews"], seconds]
    started = {name: start_seconds(of) for name, of in starts(folder).items()}
    tables.append(
        Table(
            "Start, the whole program",
            ["command", "seconds"],
            [[name, f"{seconds:.2f}"] for name, seconds in started.items()],
        )
    )
    report = Report(
        subject="pipeline_speed",
        title="The pipeline beside what users would write",
        command=command,
        notes=_NOTES,
        tables=tables,
        figures={**figures, "starts": started},
    )
    print(report.write(folder), end="")
    return 0


def write_log(folder: Path, reviews: int) -> Path:
    """Writes the log of a size, unless it is there."""
    path = folder / "logs" / f"reviews-{reviews}.jsonl"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        partial = path.with_suffix(".partial.jsonl")
        # There, where a run was stopped.
        made = ("pipeline.sample", f"--reviews={reviews}", f"--output={partial}")
        run_module(*made, "--overwrite")
        partial.rename(path)
    return path


def run_way(name: str, log: Path, folder: Path, polars_python: str | None) -> Reported:
    """Runs one way once, and checks that it made windows."""
    output = folder / "windows"
    shutil.rmtree(output, ignore_errors=True)
    if name == _POLARS:
        script = str(_PEERS / "polars_windows.py")
        return run_reporting(script, str(log), python=polars_python)
    if name == _ELEMENTS:
        script = str(_PEERS / "element_pipeline.py")
        return run_reporting(script, str(log), str(output))
    reported = run_reporting(
        *("-m", "benchmarks.data.pipeline_once", str(log), str(output), *_SCHEMA)
    )
    manifest = output / MANIFEST
    read = Manifest.from_json(manifest.read_text(), str(manifest)).rows.read
    return Reported(reported.usage, {**reported.values, "reviews": read})


def _speed(
    timings: list[Timing],
    reports: dict[str, list[Reported]],
    reviews: int,
    floor: float,
) -> Table:
    rows = []
    for timing in timings:
        usages = [report.usage for report in reports[timing.name]]
        rows.append(
            [
                _NAMES[timing.name],
                f"{timing.median:.1f}",
                f"{timing.ratio_to(timings[0]):.2f}",
                f"{reviews / timing.median:,.0f}",
                f"{sum(u.cpu_seconds for u in usages) / len(usages):.1f}",
                f"{max(u.peak_bytes for u in usages) / 1e6:,.0f}",
                f"{timing.median / floor:.1f}",
            ]
        )
    return Table(
        f"{reviews:,} reviews",
        [
            "way",
            "seconds",
            "times as long",
            "reviews a second",
            "CPU seconds",
            "peak MB",
            "times the floor",
        ],
        rows,
        [f"The floor: {floor:.2f} s."],
    )


def _growth(rows: list[tuple[int, str, Reported]]) -> Table:
    return Table(
        "Growth, one run each",
        ["way", "reviews", "seconds", "CPU seconds", "peak MB"],
        [
            [
                _NAMES[name],
                f"{size:,}",
                f"{report.values['seconds']:.1f}",
                f"{report.usage.cpu_seconds:.1f}",
                f"{report.usage.peak_bytes / 1e6:,.0f}",
            ]
            for size, name, report in rows
        ],
    )


def _notebook(sizes: list[int], seconds: list[float], reviews: int) -> Table:
    # Four times as long for twice the reviews: extrapolated from the largest part.
    whole = seconds[-1] * (reviews / sizes[-1]) ** 2
    return Table(
        "The notebook's loop over users, on parts of it",
        ["reviews", "seconds"],
        [
            [f"{size:,}", f"{taken:.1f}"]
            for size, taken in zip(sizes, seconds, strict=True)
        ],
        [
            f"At the square's growth, {reviews:,} reviews would take "
            f"{whole / 3600:,.1f} hours."
        ],
    )


def _sizes(args: argparse.Namespace, flag: str) -> list[int]:
    text = getattr(args, flag)
    try:
        sizes = [int(size) for size in text.split(",") if size]
    except ValueError:
        sizes = [0]
    if any(size < 1 for size in sizes):
        raise UsageError(f"--{flag} takes numbers from 1 on, got {text!r}")
    return sizes
