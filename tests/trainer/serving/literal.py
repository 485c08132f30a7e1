"""What an export must answer, told once more in plain Python and by the Keras model."""

import functools
import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import tensorflow as tf

from tests.trainer.serving import catalogue
from tests.trainer.serving.catalogue import ITEMS, REFERENCE_DATE, day

REFERENCE_DAY = day(REFERENCE_DATE.isoformat())

# A date, a date-time in UTC, or None for text that is neither.
When = date | datetime | None


def moment(value: Any) -> datetime:
    """The moment of a date-time, and of a date its midnight."""
    if isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day, tzinfo=UTC)


def days(value: Any) -> int:
    """Days since 1970-01-01."""
    return (moment(value).date() - date(1970, 1, 1)).days


def is_later(value: When, as_of: When) -> bool:
    """Whether a moment is after the day, or the moment, that is asked for."""
    if value is None or as_of is None:
        return False
    if isinstance(as_of, datetime):
        return moment(value) > as_of
    return days(value) > days(as_of)


def literal_rule(
    row: Sequence[tuple[When, Any]], as_of: When, max_length: int
) -> tuple[list[Any], list[int], list[int]]:
    """Items, ages and gaps of the last window, left-padded with "" and 0."""
    known = [(value, item) for value, item in row if item and value is not None]
    if as_of is None:
        asked = max([REFERENCE_DAY, *[days(value) for value, _ in known]])
    else:
        asked = days(as_of)
    usable = [event for event in known if not is_later(event[0], as_of)]
    usable = sorted(usable, key=lambda event: moment(event[0]))[-max_length:]
    items = [item for _, item in usable]
    ages = [asked - days(value) for value, _ in usable]
    of_events = [days(value) for value, _ in usable]
    gaps = [b - a for a, b in itertools.pairwise([*of_events, asked])]
    blank = max_length - len(usable)
    return [""] * blank + items, [0] * blank + ages, [0] * blank + gaps


@functools.cache
def _transform_graph() -> Any:
    return tf.saved_model.load(catalogue.data_set().transform_fn_path)


def transform(items: list[Any], ages: list[int], gaps: list[int]) -> dict[str, Any]:
    """The pipeline's own example of the inputs, by tf.Transform's graph."""
    width, blank = catalogue.MAX_LENGTH, catalogue.MAX_LENGTH - len(items)
    integers = {
        "ages": [0] * blank + ages,
        "gaps": [0] * blank + gaps,
        "day": [0] * (width + 1),
    }
    return _transform_graph().transform_fn(
        {
            **{k: tf.constant([v], tf.int64) for k, v in integers.items()},
            # The target, "c", is none of the model's business.
            "items": tf.constant([[""] * blank + items + ["c"]]),
            "is_training": tf.constant([0], tf.int64),
            "start": tf.constant([0], tf.int64),
            "user_id": tf.constant(["u"]),
            "seen": tf.sparse.from_dense(tf.constant([items])),
            # What is learned from.
            **{
                name: tf.sparse.from_dense(tf.zeros([1, 0], dtype))
                for name, dtype in {
                    "counted_items": tf.string,
                    "item_counts": tf.int64,
                    "counted_ages": tf.int64,
                    "age_counts": tf.int64,
                    "counted_gaps": tf.int64,
                    "gap_counts": tf.int64,
                }.items()
            },
        }
    )


def model_scores(day_feature: str, *window: Any) -> dict[str, float]:
    """The Keras model's score of every item for a window of (items, ages, gaps)."""
    example = transform(*window)
    column = {"age": "nb_days", "gap": "gap_days", "none": None}[day_feature]
    inputs = {"item_id": tf.cast(example["item_id"], tf.int32)}
    if column:
        inputs["days"] = tf.cast(example[column], tf.int32)
    scores = catalogue.model(day_feature)(inputs).numpy()[0]
    return dict(zip(ITEMS, scores.tolist(), strict=True))
