"""The quality that the ready configs reach on public data, beside what they should.

Builds the data sets out of `REAL_DATA`, trains each config under each seed, measures
it beside every baseline (`python -m trainer compare`), and writes one table. What is
finished in the output is not made again.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.common.comparisons import (
    HR_10,
    NDCG_10,
    Compared,
    compare,
    span,
    spread_of,
    with_interval,
)
from benchmarks.common.data_sets import build_data_set, check_sources
from benchmarks.common.flags import add_output, chosen_names
from benchmarks.common.report import Report, Table, make_output
from benchmarks.quality.target_goals import Goal
from benchmarks.quality.target_rows import ROWS, TargetRow
from schemas.layout import TEST
from trainer.durations import format_duration

_NOTES = (
    "On the test split, ranked among the whole catalogue without what the user had "
    "seen; settings were chosen on eval alone",
    "In brackets: 95 % intervals over users; seeds: their mean, lowest and highest",
    "A model that is told the gap to the next event is not judged: the baselines are "
    "not told. Its row with the last gap hidden is",
    "Training: the time of one seed, export apart, and up to its best epoch",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `targets`."""
    add_output(parser)
    names = ", ".join(row.name for row in ROWS)
    parser.add_argument(
        "--only", metavar="NAME,NAME", help=f"some of {names} (default: all)"
    )
    parser.add_argument(
        "--seeds", type=_seeds, default=(0, 1, 2), metavar="N,N", help="default: 0,1,2"
    )


def run(args: argparse.Namespace, command: str) -> int:
    """Measures, prints and writes.

    Args:
      args: what the flags of `add_arguments` gave.
      command: the command line, for the table.

    Returns:
      The exit status, 0 also where a goal is missed: the table says so.
    """
    names = chosen_names(args.only, [row.name for row in ROWS])
    rows = [row for row in ROWS if row.name in names]
    print(measure_targets(rows, args.seeds, args.output, command), end="")
    return 0


def measure_targets(
    rows: Sequence[TargetRow], seeds: Sequence[int], output: str, command: str
) -> str:
    """Measures the rows and writes `targets.md` and `targets.json`.

    Args:
      rows: what to measure.
      seeds: of each model.
      output: the folder.
      command: the command line, for the table.

    Returns:
      The Markdown.

    Raises:
      UserError: the reviews are missing, or a program failed.
    """
    check_sources([row.data for row in rows])
    folder = make_output(output)
    results: list[Result] = []
    text = ""
    for row in rows:
        results.append(_measure(row, seeds, folder))
        # After each row, since the next one may take an hour.
        text = report_of(results, command).write(folder)
    return text


@dataclass(frozen=True)
class Result:
    """A row, measured.

    Attributes:
      row: what was asked.
      models: the model, and where it uses gaps also with the last one hidden.
      baselines: on the same targets.
    """

    row: TargetRow
    models: tuple[Compared, ...]
    baselines: tuple[Compared, ...]


def _measure(row: TargetRow, seeds: Sequence[int], folder: Path) -> Result:
    data = build_data_set(row.data, folder)
    found = compare(
        data, folder / row.name, [row.config], seeds, split=TEST, baselines="all"
    )
    return Result(
        row,
        models=tuple(each for each in found if each.kind == "config"),
        baselines=tuple(each for each in found if each.kind == "baseline"),
    )


def report_of(results: Sequence[Result], command: str) -> Report:
    """Returns the table of what was measured."""
    headers = ["data", "model", "HR@10", "NDCG@10", "seeds: HR@10, NDCG@10"]
    headers += ["at least", "reached", "aim", "reached", "best baseline"]
    headers += ["parameters", "epochs (best)", "training", "to the best"]
    cells = [_cells(result, row) for result in results for row in result.models]
    figures = [_figures(result, row) for result in results for row in result.models]
    return Report(
        subject="targets",
        title="Quality, and what it should be",
        command=command,
        notes=_NOTES,
        tables=[Table("Models", headers, cells)],
        figures={"rows": figures},
    )


def _best(baselines: Sequence[Compared]) -> Compared:
    return max(baselines, key=lambda row: row.values[NDCG_10])


def _cells(result: Result, row: Compared) -> list[str]:
    asked, best = result.row, _best(result.baselines)
    seconds, to_best = row.metrics("seconds"), row.seconds_to_best()
    spreads = ", ".join(filter(None, (spread_of(row, m) for m in (HR_10, NDCG_10))))
    return [
        asked.data.name,
        row.name,
        with_interval(row, HR_10),
        with_interval(row, NDCG_10),
        f"{len(row.runs)}: {spreads}" if spreads else str(len(row.runs)),
        str(asked.at_least),
        _verdict(asked.at_least, result, row),
        str(asked.aim),
        _verdict(asked.aim, result, row),
        f"{best.name} {best.values[HR_10]:.4f} / {best.values[NDCG_10]:.4f}",
        span(row.metrics("parameters")),
        f"{span(row.metrics('epochs'))} ({span(row.metrics('best_epoch'))})",
        format_duration(sum(seconds) / len(seconds)),
        format_duration(sum(to_best) / len(to_best)),
    ]


def _verdict(goal: Goal, result: Result, row: Compared) -> str:
    if row.is_told_next_day:
        return "-"
    return "yes" if goal.is_reached(row, result.baselines) else "no"


def _figures(result: Result, row: Compared) -> dict[str, Any]:
    asked = result.row
    measures = (HR_10, NDCG_10)
    return {
        "name": asked.name,
        "data": {"name": asked.data.name, **asked.data.settings},
        "config": asked.config,
        "model": row.name,
        "told_next_day": row.is_told_next_day,
        "values": {measure: row.values[measure] for measure in measures},
        "intervals": {measure: row.intervals[measure] for measure in measures},
        "spread": {measure: row.spread.get(measure) for measure in measures},
        "goals": {
            name: {"goal": str(goal), "reached": _verdict(goal, result, row)}
            for name, goal in (("at_least", asked.at_least), ("aim", asked.aim))
        },
        "baselines": {
            other.name: {measure: other.values[measure] for measure in measures}
            for other in result.baselines
        },
        "runs": list(row.runs),
    }


def _seeds(text: str) -> tuple[int, ...]:
    """Parses `0,1,2`."""
    try:
        return tuple(int(seed) for seed in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be whole numbers with commas between them, got {text!r}"
        ) from None
