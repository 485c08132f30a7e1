"""The section that shows what is recommended."""

from schemas.layout import TRAIN
from trainer.report.examples import Example
from trainer.report.parts import Part, Section, Table, Text
from trainer.serving.client import Recommendation

_HELD_OUT = (
    "Users of the {} split, which was held out, with the longest histories, asked as "
    "of the day of the held-out target. Shown are the known items of its window, which "
    "the model is asked with; items that the user had before the target, the latest "
    "--max_seen of them, are left out of the answers."
)
_TRAINED_ON = (
    "Users with the longest histories, asked as of the day of the last target. Shown "
    "are the known items of its window, which the model is asked with and which are "
    "left out; items that the user had before them may be recommended. The data set "
    "holds nothing out: the model was trained on these very histories and targets, so "
    "the answers say nothing of its quality."
)


def examples_section(found: list[Example], split: str) -> Section:
    """Returns histories beside what the model recommends.

    Args:
      found: the histories and the answers.
      split: what they are taken from.
    """
    if not found:
        text = "There is no export to ask: training ran on another backend."
        return Section("examples", "Examples", [Text(text)])
    introduction = _TRAINED_ON if split == TRAIN else _HELD_OUT.format(split)
    parts: list[Part] = [Text(introduction)]
    for number, example in enumerate(found, 1):
        fields = () if example.table is None else tuple(example.table.fields)
        history = [
            (event.event_date, event.item_id, *_attributes(example, event.item_id))
            for event in example.history
        ]
        answers = [
            (str(rank), one.item_id, *_attributes(example, one.item_id), _score(one))
            for rank, one in enumerate(example.recommendations, 1)
        ]
        parts += [
            Table(("date", "item", *fields), history, f"User {number}: the history"),
            Table(
                ("rank", "item", *fields, "score"),
                answers,
                f"User {number}: recommended as of {example.as_of}",
            ),
        ]
    return Section("examples", "Examples", parts)


def _attributes(example: Example, item: str) -> list[str]:
    if example.table is None:
        return []
    return [value or "" for value in example.table.attributes(item).values()]


def _score(one: Recommendation) -> str:
    return f"{one.score:.3f}"
