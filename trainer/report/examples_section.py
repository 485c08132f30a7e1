"""The section that shows what is recommended."""

from trainer.report.examples import Example
from trainer.report.parts import Part, Section, Table, Text


def examples_section(found: list[Example]) -> Section:
    """Returns histories beside what the model recommends."""
    if not found:
        text = "There is no export to ask: training ran on another backend."
        return Section("examples", "Examples", [Text(text)])
    parts: list[Part] = [
        Text(
            "Users of a held-out split with the longest histories, asked as of the day "
            "of the held-out target; items that they had are left out."
        )
    ]
    for number, example in enumerate(found, 1):
        history = [(event.event_date, event.item_id) for event in example.history]
        answers = [
            (str(rank), one.item_id, f"{one.score:.3f}")
            for rank, one in enumerate(example.recommendations, 1)
        ]
        parts += [
            Table(("date", "item"), history, f"User {number}: the history"),
            Table(
                ("rank", "item", "score"),
                answers,
                f"User {number}: recommended as of {example.as_of}",
            ),
        ]
    return Section("examples", "Examples", parts)
