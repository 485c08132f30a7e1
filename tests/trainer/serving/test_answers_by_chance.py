"""Whole requests that hypothesis draws, against the rules told once more."""

import math
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.trainer.serving.catalogue import ITEMS, MAX_LENGTH, ask
from tests.trainer.serving.literal import When, is_later, literal_rule, model_scores

NO_ITEM = b""
UNKNOWN = (b"never heard of", b"\xff\xfe", b"a\x00", b" a", b"A")

# A few days around the reference day, with a few times, so that ties are common.
dates = st.integers(-40, 40).map(lambda n: date(2017, 1, 1) + timedelta(days=n // 8))
times = st.builds(
    lambda day, minute: (
        datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
    ),
    dates,
    st.sampled_from([0, 1, 1439]),
)
whens = st.none() | dates | times
items = st.sampled_from([*(item.encode() for item in ITEMS), *UNKNOWN, NO_ITEM])
# Also rows in which all items are seen, or most.
rows = st.lists(st.tuples(whens, items), max_size=24)


class Request(NamedTuple):
    row: list[tuple[When, bytes]]
    as_of: When
    # What stands for no date.
    invalid: str


requests = st.builds(
    Request, rows, whens, st.sampled_from(["", "2016-02-30", "\x00", "2017-01-01 "])
)
EVERYTHING = [(date(2017, 1, 1), item.encode()) for item in ITEMS]


def text(when: When, invalid: str) -> str:
    return invalid if when is None else when.isoformat()


def expected_scores(request: Request, day_feature: str) -> list[float]:
    """Scores by id from 1, nothing left out."""
    items, ages, gaps = literal_rule(request.row, request.as_of, MAX_LENGTH)
    inputs = [event for event in zip(items, ages, gaps, strict=True) if event[0]]
    if not inputs:
        return [-math.log(rank) for rank in range(1, len(ITEMS) + 1)]
    scores = model_scores(day_feature, *map(list, zip(*inputs, strict=True)))
    return [scores[item] for item in ITEMS]


def check(
    request: Request, found: list[str], scores: list[float], expected: list[float]
) -> None:
    """Checks an answer that may hold every item of `expected`, -inf left out."""
    left = [number for number, score in enumerate(expected) if score > -math.inf]
    count = min(len(found), len(left))
    assert found[count:] == [""] * (len(found) - count)
    assert scores[count:] == [-math.inf] * (len(found) - count)
    chosen = [ITEMS.index(item) for item in found[:count]]
    assert len(set(chosen)) == count
    assert set(chosen) <= set(left)
    np.testing.assert_allclose(
        scores[:count], [expected[number] for number in chosen], atol=1e-5
    )
    # Best first, and of equals the more frequent one.
    order = [(-score, number) for score, number in zip(scores, chosen, strict=False)]
    assert order == sorted(order)
    worst = min(scores[:count], default=math.inf)
    for number in set(left) - set(chosen):
        assert not count or expected[number] < worst + 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("day_feature", ["age", "gap", "none"])
@settings(max_examples=60)
@given(
    st.lists(requests, min_size=1, max_size=3),
    st.integers(0, len(ITEMS) + 4),
    st.sampled_from(["serving_default", "keep_seen"]),
)
@example([Request(EVERYTHING, None, "")], len(ITEMS) + 4, "serving_default")
@example([Request(EVERYTHING * 3, date(2016, 1, 1), "")], 3, "serving_default")
def test_any_request_is_answered_by_the_literal_rules(
    day_feature, batch, top_k, signature
):
    answer = ask(
        [
            [(text(when, request.invalid), item) for when, item in request.row]
            for request in batch
        ],
        [text(request.as_of, request.invalid) for request in batch],
        top_k,
        signature,
        day_feature,
    )
    for request, found, scores in zip(batch, *answer, strict=True):
        assert len(found) == len(scores) == top_k
        expected = expected_scores(request, day_feature)
        if signature == "serving_default":
            for when, item in request.row:
                name = item.decode(errors="replace")
                if name in ITEMS and not is_later(when, request.as_of):
                    expected[ITEMS.index(name)] = -math.inf
        check(request, found, scores, expected)
