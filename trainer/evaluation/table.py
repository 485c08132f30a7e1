"""An evaluation as aligned text for a terminal or a log, at most 100 columns wide."""

from collections.abc import Sequence

from trainer.evaluation import ABOUT_GAP_HIDDEN, GAP_HIDDEN
from trainer.evaluation.evaluation import Evaluation
from trainer.evaluation.measured import CutPart, Interval, Measured
from trainer.evaluation.measures import (
    COVERAGE,
    CUT_MEASURES,
    MEASURES,
    NOVELTY,
    POPULARITY,
)

DIGITS = 4
# In place of an interval.
NO_INTERVAL = "-"

# NDCG@1 is HR@1 wherever no other item shares the best score.
_SHOWN = tuple(measure for measure in MEASURES if measure != "ndcg@1")
_WITH_INTERVALS = ("hr@10", "ndcg@10", "mrr@20")
# With the digits that are worth showing.
_LISTS = {COVERAGE: 4, POPULARITY: 1, NOVELTY: 2}


def format_table(evaluation: Evaluation) -> str:
    """Returns the measures of all scorers, what they were measured on, and caveats.

    The cuts are those of the first scorer.
    """
    unknown = 100 * evaluation.num_unknown / evaluation.num_targets
    seen = 100 * evaluation.num_seen / evaluation.num_targets
    blocks = [
        [
            f"{evaluation.split} split: {evaluation.num_targets:,} targets of "
            f"{evaluation.num_users:,} users ranked among {evaluation.num_items:,} "
            "items",
            f"--split {evaluation.data_split} {_verb(evaluation.caveat)}",
            *evaluation.caveats,
            f"{unknown:.1f} % of the targets are unknown items: always a miss",
            f"{seen:.1f} % of the targets their users had seen: a miss when filtered",
        ],
        _with_intervals(evaluation.measured),
        _plain("filtered", [(m.name, m.filtered) for m in evaluation.measured]),
        _plain("all", [(m.name, m.all) for m in evaluation.measured]),
        _recommended(evaluation.measured),
        *_cuts(evaluation),
        _notes(evaluation),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _with_intervals(measured: Sequence[Measured]) -> list[str]:
    rows = [
        (
            one.name,
            *(
                _bounded(one.filtered[measure], one.filtered_intervals[measure])
                for measure in _WITH_INTERVALS
            ),
        )
        for one in measured
    ]
    return _align([("filtered", *map(str.upper, _WITH_INTERVALS)), *rows])


def _plain(title: str, rows: Sequence[tuple[str, dict[str, float]]]) -> list[str]:
    cells = [
        (name, *(f"{measures[measure]:.{DIGITS}f}" for measure in _SHOWN))
        for name, measures in rows
    ]
    return _align([(title, *map(str.upper, _SHOWN)), *cells])


def _recommended(measured: Sequence[Measured]) -> list[str]:
    rows = [
        (
            one.name,
            *(
                _bounded(one.filtered[measure], one.filtered_intervals[measure], digits)
                for measure, digits in _LISTS.items()
            ),
        )
        for one in measured
    ]
    return _align([("recommended", *map(str.upper, _LISTS)), *rows])


def _cuts(evaluation: Evaluation) -> list[list[str]]:
    """Returns a block for each cut of the first scorer."""
    if not evaluation.measured:
        return []
    first = evaluation.measured[0]
    return [
        [
            f"{first.name} by {evaluation.cuts[name]}",
            *_align(
                [
                    ("", "TARGETS", "USERS", *map(str.upper, CUT_MEASURES)),
                    *(_part(part) for part in parts),
                ]
            ),
        ]
        for name, parts in first.cuts.items()
    ]


def _notes(evaluation: Evaluation) -> list[str]:
    level, resamples = evaluation.bootstrap.level, evaluation.bootstrap.resamples
    notes = [
        "filtered: without the items that the user had seen before",
        f"[low, high]: {100 * level:g} % intervals; users drawn anew {resamples:,} "
        "times, for coverage left out one at a time",
        "popularity: mean training events of the recommended items; novelty: their "
        "surprise in bits",
    ]
    if any(None in _all_intervals(one) for one in evaluation.measured):
        notes.append(f"{NO_INTERVAL}: no interval of fewer than two users")
    if any(one.name.endswith(GAP_HIDDEN) for one in evaluation.measured):
        notes.append(ABOUT_GAP_HIDDEN)
    return notes


def _all_intervals(one: Measured) -> list[Interval | None]:
    cuts = [part.intervals for parts in one.cuts.values() for part in parts]
    found = (one.filtered_intervals, one.all_intervals, *cuts)
    return [interval for intervals in found for interval in intervals.values()]


def _part(part: CutPart) -> tuple[str, ...]:
    figures = (
        _bounded(part.values[measure], part.intervals[measure])
        for measure in CUT_MEASURES
    )
    return f"  {part.label}", f"{part.num_targets:,}", f"{part.num_users:,}", *figures


def _bounded(value: float, interval: Interval | None, digits: int = DIGITS) -> str:
    if interval is None:
        return f"{value:.{digits}f} {NO_INTERVAL}"
    low, high = interval
    return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def _verb(caveat: str) -> str:
    return caveat if caveat.startswith("leaks") else f"is {caveat}"


def _align(rows: Sequence[Sequence[str]]) -> list[str]:
    """Returns the rows with columns of equal width, all but the first to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
