"""What each choice is worth: one change at a time to one small config, one seed.

Writes the configs as JSON files, trains and measures them (`python -m trainer
compare`; the notebook's loss by `notebook_loss.py`), and writes a table for each data
set. What is finished in the output is not made again.
"""

import argparse
import json
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
    with_interval,
)
from benchmarks.common.configs import SMALL_NOTEBOOK
from benchmarks.common.data_sets import (
    SOURCES,
    DataSpec,
    Source,
    build_data_set,
    check_sources,
)
from benchmarks.common.flags import add_output, chosen_names
from benchmarks.common.programs import run_module
from benchmarks.common.report import Report, Table, make_output
from benchmarks.quality.ablation_rows import (
    BASE,
    MAX_LENGTH,
    NOTEBOOK_LOSS,
    Variant,
    is_base,
    variants,
)
from benchmarks.quality.notebook_loss import RESULT
from schemas.layout import EVAL
from trainer.config_files import read_config
from trainer.durations import format_duration
from trainer.evaluation import GAP_HIDDEN
from trainer.options import TrainOptions
from trainer.runs import write_json

_SPLIT = "leave_one_out"
_SEED = 0
_MODELS = "model-"

_NOTES = (
    f"Each row is the base config with one change; seed {_SEED}, windows of "
    f"{MAX_LENGTH} items where nothing else is said, `--split {_SPLIT}`; ranked among "
    "the whole catalogue without what the user had seen",
    "On the eval split, since defaults are chosen by it, and of every row its best "
    "epoch: figures of the test split are lower",
    "In brackets: 95 % intervals over users. With one seed, small differences between "
    "rows are noise",
    "Training: up to the end, by early stopping or not; windows/s: of the training, "
    "validation included",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `ablation`."""
    add_output(parser)
    parser.add_argument(
        "--data",
        choices=tuple(SOURCES),
        help="one data set alone (default: both)",
    )
    parser.add_argument(
        "--only",
        metavar="NAME,NAME",
        help="some of the changes (default: all): "
        + ", ".join(variant.name for variant in variants()),
    )
    parser.add_argument(
        "--base",
        default=SMALL_NOTEBOOK,
        metavar="CONFIG",
        help="the config that is changed, a file or a ready name (default: "
        "small_notebook.json: the notebook's model, small)",
    )


def run(args: argparse.Namespace, command: str) -> int:
    """Measures, prints and writes.

    Args:
      args: what the flags of `add_arguments` gave.
      command: the command line, for the table.

    Returns:
      The exit status.
    """
    names = chosen_names(args.only, [variant.name for variant in variants()])
    chosen = [variant for variant in variants() if variant.name in names]
    sources = [SOURCES[args.data]] if args.data else list(SOURCES.values())
    base = read_config(args.base)
    print(measure_ablation(sources, chosen, base, args.output, command), end="")
    return 0


def measure_ablation(
    sources: Sequence[Source],
    chosen: Sequence[Variant],
    base: dict[str, Any],
    output: str,
    command: str,
) -> str:
    """Measures the variants and writes `ablation.md` and `ablation.json`.

    Args:
      sources: on which data.
      chosen: what to change.
      base: the base config.
      output: the folder.
      command: the command line, for the table.

    Returns:
      The Markdown.

    Raises:
      UserError: the reviews are missing, or a program failed.
    """
    check_sources([DataSpec(source, _SPLIT, MAX_LENGTH) for source in sources])
    folder = make_output(output)
    # A config must say what its row is about also where a default changes.
    base = TrainOptions(**{**base, "data": "-", "output": "-"}).to_json()
    del base["data"]
    results: dict[str, list[Line]] = {}
    text = ""
    for source in sources:
        results[source.name] = _measure(source, chosen, base, folder)
        # After each data set, since the next one may take an hour.
        text = report_of(results, base, command).write(folder)
    return text


@dataclass(frozen=True)
class Line:
    """A line of the table.

    Attributes:
      name: of the variant, or `base`.
      change: in words.
      row: what was measured; None where it is the base config itself.
    """

    name: str
    change: str
    row: Compared | None


def _measure(
    source: Source, chosen: Sequence[Variant], base: dict[str, Any], folder: Path
) -> list[Line]:
    """Returns the base, and then every variant in its order."""
    trained = [variant for variant in chosen if not is_base(variant, base)]
    lengths = {MAX_LENGTH, *(variant.max_length for variant in trained)}
    rows: dict[str, list[Compared]] = {}
    for length in sorted(lengths):
        data = build_data_set(DataSpec(source, _SPLIT, length), folder)
        output = folder / data.name
        same = [v for v in trained if v.max_length == length]
        if length == MAX_LENGTH:
            same = [Variant(BASE, "base"), *same]
        rows |= _train(data, output, same, base, folder / "configs")
    lines = [Line(BASE, "base", row) for row in rows[BASE]]
    for variant in chosen:
        if is_base(variant, base):
            lines.append(Line(variant.name, variant.change, None))
        for row in rows.get(variant.name, []):
            hidden = f" {GAP_HIDDEN}" * row.name.endswith(GAP_HIDDEN)
            lines.append(Line(variant.name, f"{variant.change}{hidden}", row))
    return lines


def _train(
    data: Path,
    output: Path,
    same: Sequence[Variant],
    base: dict[str, Any],
    configs: Path,
) -> dict[str, list[Compared]]:
    """Trains and measures variants on one data set; returns their rows by name."""
    paths = {variant.name: _write_config(variant, base, configs) for variant in same}
    notebook = paths.pop(NOTEBOOK_LOSS, None)
    rows: dict[str, list[Compared]] = {name: [] for name in paths}
    if paths:
        for row in compare(data, output, list(paths.values()), [_SEED], split=EVAL):
            rows[row.name.removesuffix(f" {GAP_HIDDEN}")].append(row)
    if notebook is not None:
        run_folder = output / NOTEBOOK_LOSS
        flags = (f"--data={data}", f"--config={notebook}", f"--output={run_folder}")
        run_module("benchmarks.quality.notebook_loss", *flags)
        found = json.loads((run_folder / RESULT).read_text())
        rows[NOTEBOOK_LOSS] = [Compared.from_json(found)]
    return rows


def _write_config(variant: Variant, base: dict[str, Any], folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    # Only the data sets differ in length, and their folders tell them apart.
    path = folder / f"{variant.name}.json"
    write_json(path, {**variant.config(base), "seed": _SEED})
    return str(path)


def report_of(
    results: dict[str, list[Line]], base: dict[str, Any], command: str
) -> Report:
    """Returns the tables of what was measured, by data set."""
    shown = ", ".join(f"{name} {value}" for name, value in base.items())
    return Report(
        subject="ablation",
        title="What each choice is worth",
        command=command,
        notes=(*_NOTES, f"Base: {shown}"),
        tables=[_table(name, lines) for name, lines in results.items()],
        figures={
            "base": base,
            "rows": {
                name: [_figures(line) for line in lines]
                for name, lines in results.items()
            },
        },
    )


def _table(name: str, lines: Sequence[Line]) -> Table:
    headers = ["change", "HR@10", "NDCG@10", "epochs (best)", "training", "windows/s"]
    return Table(name, headers, [_cells(line) for line in lines], _fastest(lines))


def _cells(line: Line) -> list[str]:
    if line.row is None:
        return [line.change, "as base", "as base", "", "", ""]
    row = line.row
    (seconds,), (rate,) = row.metrics("seconds"), row.metrics("windows_per_second")
    return [
        line.change,
        with_interval(row, HR_10),
        with_interval(row, NDCG_10),
        f"{span(row.metrics('epochs'))} ({span(row.metrics('best_epoch'))})",
        format_duration(seconds),
        f"{rate:,.0f}",
    ]


def _fastest(lines: Sequence[Line]) -> list[str]:
    """Returns a sentence on the models, where all of them are in the table."""
    (base,) = [line.row for line in lines if line.name == BASE][:1]
    to_best: dict[str, float] = {}
    for line in lines:
        row = line.row or base
        if line.name.startswith(_MODELS) and row is not None:
            to_best[line.name.removeprefix(_MODELS)] = row.seconds_to_best()[0]
    if len(to_best) < 2:
        return []
    times = sorted(to_best.items(), key=lambda pair: pair[1])
    shown = ", ".join(f"{name} {format_duration(secs)}" for name, secs in times)
    return [f"Training up to the best epoch, the fastest model first: {shown}."]


def _figures(line: Line) -> dict[str, Any]:
    value: dict[str, Any] = {"name": line.name, "change": line.change}
    if line.row is None:
        return {**value, "as_base": True}
    measures = (HR_10, NDCG_10)
    return {
        **value,
        "as_base": False,
        "values": {measure: line.row.values[measure] for measure in measures},
        "intervals": {measure: line.row.intervals[measure] for measure in measures},
        "run": line.row.runs[0],
    }
