"""An evaluation as aligned text for a terminal or a log."""

from collections.abc import Sequence

from trainer.evaluation.evaluation import Evaluation
from trainer.evaluation.measures import MEASURES

DIGITS = 4


def format_table(evaluation: Evaluation) -> str:
    """Returns the measures of all scorers, what they were measured on, and caveats."""
    unknown = 100 * evaluation.num_unknown / evaluation.num_targets
    seen = 100 * evaluation.num_seen / evaluation.num_targets
    lines = [
        f"{evaluation.split} split: {evaluation.num_targets:,} targets ranked among "
        f"{evaluation.num_items:,} items",
        f"--split {evaluation.data_split} {_verb(evaluation.caveat)}",
        f"{unknown:.1f} % of the targets are unknown items (always a miss), "
        f"{seen:.1f} % were seen before (a miss when filtered)",
    ]
    headers = [measure.upper() for measure in MEASURES]
    for title, rows in (
        ("filtered", [(m.name, m.filtered) for m in evaluation.measured]),
        ("all", [(m.name, m.all) for m in evaluation.measured]),
    ):
        cells = [
            (name, *(f"{measures[measure]:.{DIGITS}f}" for measure in MEASURES))
            for name, measures in rows
        ]
        lines += ["", *_align([(title, *headers), *cells])]
    lines += [
        "",
        "filtered: without the items that the user had seen before",
    ]
    return "\n".join(lines)


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
