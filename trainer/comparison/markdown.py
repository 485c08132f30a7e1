"""A comparison as Markdown that can be read in a terminal too."""

from collections.abc import Callable, Sequence

from trainer.comparison.comparison import Comparison, Row
from trainer.durations import format_duration
from trainer.evaluation import ABOUT_GAP_HIDDEN, FEWEST_USERS, GAP_HIDDEN
from trainer.evaluation.measured import Interval
from trainer.evaluation.measures import COVERAGE, HIT_RATE, MRR, MRR_CUTOFF, NDCG, at
from trainer.evaluation.table import NO_INTERVAL

HR_10, NDCG_10, MRR_20 = at(HIT_RATE, 10), at(NDCG, 10), at(MRR, MRR_CUTOFF)

FILTERED, ALL = "filtered", "all"

# What a precision and a backend of the usual kind add to the devices of a run.
_USUAL = ("; precision float32", "; backend tensorflow")

Column = Callable[[Row], str]


def format_markdown(comparison: Comparison) -> str:
    """Returns what was measured on, and a table for each of the two rankings."""
    lines = [
        f"# Comparison on the {comparison.evaluation.split} split",
        "",
        *_introduction(comparison),
    ]
    for title, ranking in (
        ("Filtered: without what the user had seen", FILTERED),
        ("All: among the whole catalogue", ALL),
    ):
        columns = _columns(ranking, comparison)
        rows = [
            [_escaped(column(row)) for column in columns.values()]
            for row in comparison.rows
        ]
        lines += ["", f"## {title}", "", *_table(list(columns), rows)]
    return "\n".join(lines) + "\n"


def _introduction(comparison: Comparison) -> list[str]:
    evaluation = comparison.evaluation
    unknown = 100 * evaluation.num_unknown / evaluation.num_targets
    seen = 100 * evaluation.num_seen / evaluation.num_targets
    level = 100 * evaluation.bootstrap.level
    lines = [
        f"- Data: `{comparison.data}`, `--split {evaluation.data_split}` "
        f"({evaluation.caveat}), windows of up to {comparison.max_length} items",
        *(f"- {caveat}" for caveat in evaluation.caveats),
        f"- {evaluation.num_targets:,} targets of {evaluation.num_users:,} users, "
        f"ranked among {evaluation.num_items:,} items",
        f"- {unknown:.1f} % of the targets are unknown items (always a miss), "
        f"{seen:.1f} % were seen before (a miss when filtered)",
        f"- In brackets: {level:g} % intervals over users"
        f"{'' if evaluation.num_users >= FEWEST_USERS else '; none of a single one'}",
    ]
    if any(row.of_runs for row in comparison.rows):
        lines.append(
            "- A model of several seeds is given by their mean; beside it how many, "
            "the lowest and the highest"
        )
    if _has_differences(comparison):
        lines.append(
            f"- NDCG@10 above {comparison.best_baseline}: the difference to the best "
            "baseline, on the same users"
        )
    if any(row.name.endswith(GAP_HIDDEN) for row in comparison.rows):
        lines.append(f"- {ABOUT_GAP_HIDDEN}")
    if any(row.runs for row in comparison.rows):
        lines.append(
            "- Epochs: trained, and in parentheses the one that was kept; training: "
            "the time of one seed, export apart"
        )
    return lines


def _columns(ranking: str, comparison: Comparison) -> dict[str, Column]:
    """Returns the columns of a ranking's table by their headers."""
    columns: dict[str, Column] = {
        "model": lambda row: row.name,
        "HR@10": lambda row: _with_interval(row, ranking, HR_10),
        "NDCG@10": lambda row: _with_interval(row, ranking, NDCG_10),
    }
    if any(row.of_runs for row in comparison.rows):
        columns["seeds: HR@10, NDCG@10"] = lambda row: _seeds(row, ranking)
    if ranking == FILTERED and _has_differences(comparison):
        columns[f"NDCG@10 above {comparison.best_baseline}"] = _above
    columns[f"MRR@{MRR_CUTOFF}"] = lambda row: _number(_values(row, ranking)[MRR_20])
    if ranking == FILTERED:
        columns["coverage@10"] = lambda row: _number(row.measured.filtered[COVERAGE])
    if any(row.runs for row in comparison.rows):
        columns["parameters"] = _parameters
        columns["epochs"] = _epochs
    columns["training"] = _training_time
    columns["device"] = _device
    return columns


def _has_differences(comparison: Comparison) -> bool:
    return any(row.above for row in comparison.rows)


def _values(row: Row, ranking: str) -> dict[str, float]:
    return row.measured.filtered if ranking == FILTERED else row.measured.all


def _with_interval(row: Row, ranking: str, measure: str) -> str:
    intervals = (
        row.measured.filtered_intervals
        if ranking == FILTERED
        else row.measured.all_intervals
    )
    return _bounded(_values(row, ranking)[measure], intervals[measure], "")


def _seeds(row: Row, ranking: str) -> str:
    if not row.runs:
        return ""
    spreads = [row.spread(ranking, measure) for measure in (HR_10, NDCG_10)]
    ranges = [f"{_number(low)}-{_number(high)}" for low, high in filter(None, spreads)]
    return f"{len(row.runs)}: {', '.join(ranges)}" if ranges else f"{len(row.runs)}"


def _above(row: Row) -> str:
    if NDCG_10 not in row.above:
        return ""
    return _bounded(*row.above[NDCG_10], "+")


def _bounded(value: float, interval: Interval | None, sign: str) -> str:
    if interval is None:
        return f"{value:{sign}.4f} {NO_INTERVAL}"
    low, high = interval
    return f"{value:{sign}.4f} [{low:{sign}.4f}, {high:{sign}.4f}]"


def _parameters(row: Row) -> str:
    counts = sorted({int(run.metrics["parameters"]) for run in row.runs})
    return " / ".join(f"{count:,}" for count in counts)


def _epochs(row: Row) -> str:
    if not row.runs:
        return ""
    trained = _range([run.metrics["epochs"] for run in row.runs])
    best = _range([run.metrics["best_epoch"] for run in row.runs])
    return f"{trained} ({best})"


def _range(values: Sequence[int]) -> str:
    low, high = min(values), max(values)
    return f"{low}" if low == high else f"{low}-{high}"


def _training_time(row: Row) -> str:
    if row.fit_seconds is not None:
        return format_duration(row.fit_seconds)
    seconds = [run.metrics["seconds"] for run in row.runs]
    return format_duration(sum(seconds) / len(seconds))


def _device(row: Row) -> str:
    if not row.runs:
        return "CPU"
    names = [run.metrics["devices"] for run in row.runs]
    for usual in _USUAL:
        names = [name.replace(usual, "") for name in names]
    return " / ".join(dict.fromkeys(names))


def _number(value: float) -> str:
    return f"{value:.4f}"


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Returns a table with columns of equal width, all but the first to the right."""
    widths = [max(map(len, column)) for column in zip(headers, *rows, strict=True)]
    rules = [
        "-" * width if not i else "-" * (width - 1) + ":"
        for i, width in enumerate(widths)
    ]
    return [_line(row, widths) for row in (headers, rules, *rows)]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    aligned = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]
    return f"| {' | '.join(aligned)} |"
