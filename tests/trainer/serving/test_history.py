"""The order and choice of events, against a literal transcription of the rules."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trainer.serving.literal import REFERENCE_DAY, literal_rule
from trainer.serving.history import latest_window


def window(rows: list[list[tuple[str, str]]], as_of: list[str], max_length: int = 3):
    """The window of rows of (date, item), each field as lists."""
    longest = max(len(row) for row in rows)
    padded = [[*row, *[("", "")] * (longest - len(row))] for row in rows]
    item_id, event_date = (
        tf.reshape(
            tf.constant([event[field] for row in padded for event in row], tf.string),
            [len(rows), longest],
        )
        for field in (1, 0)
    )
    return latest_window(
        item_id, event_date, tf.constant(as_of), max_length, REFERENCE_DAY
    )


def items_of(rows: list[list[tuple[str, str]]], as_of: list[str]) -> list[list[str]]:
    items = window(rows, as_of).items.numpy().tolist()
    return [[item.decode() for item in row if item] for row in items]


def check(row, as_of, items, ages, gaps):
    found = window([row], [as_of])
    texts = [item.decode() for item in found.items.numpy()[0]]
    assert (texts, found.ages.numpy()[0].tolist(), found.gaps.numpy()[0].tolist()) == (
        items,
        ages,
        gaps,
    )


def test_the_window_is_left_padded_with_ages_and_gaps():
    check(
        [("2016-12-20", "a"), ("2016-12-30", "b")],
        "2017-01-02",
        ["", "a", "b"],
        [0, 13, 3],
        [0, 10, 3],
    )


def test_a_longer_history_keeps_its_latest_events():
    row = [(f"2016-01-{d:02}", f"i{d}") for d in range(1, 8)]
    check(row, "2016-01-10", ["i5", "i6", "i7"], [5, 4, 3], [1, 1, 3])


def test_events_are_sorted_by_moment_and_ties_by_place():
    row = [
        ("2016-01-03", "c"),
        ("2016-01-02T10:00:00.002", "b2"),
        ("2016-01-02T10:00:00.001", "b1"),
        ("2016-01-03", "d"),
    ]
    assert items_of([row], [""]) == [["b2", "c", "d"]]
    assert items_of([row[1:]], [""]) == [["b1", "b2", "d"]]
    assert items_of([row[::-1]], [""]) == [["b2", "d", "c"]]


def test_a_bare_date_is_midnight_and_offsets_count():
    row = [
        ("2016-01-02T00:00:00.001", "later"),
        ("2016-01-02", "midnight"),
        ("2016-01-02T01:30+02:00", "the day before"),
    ]
    assert items_of([row], [""]) == [["the day before", "midnight", "later"]]
    check(
        row,
        "2016-01-02",
        ["the day before", "midnight", "later"],
        [1, 0, 0],
        [1, 0, 0],
    )


def test_as_of_keeps_its_own_day_and_nothing_later():
    row = [("2016-01-02T23:59:59.999", "in"), ("2016-01-03", "out")]
    check(row, "2016-01-02", ["", "", "in"], [0, 0, 0], [0, 0, 0])


def test_as_of_with_a_time_leaves_out_later_moments():
    row = [("2016-01-02T10:00", "in"), ("2016-01-02T10:00:00.001", "out")]
    assert items_of([row], ["2016-01-02T10:00"]) == [["in"]]
    assert items_of([row], ["2016-01-02T12:00:00.001+02:00"]) == [["in", "out"]]
    # A midnight that is spelled out is a moment, a bare date is its whole day.
    assert items_of([row], ["2016-01-02T00:00"]) == [[]]


@pytest.mark.parametrize("as_of", ["", "2016-02-31", "yesterday"])
def test_without_as_of_the_later_of_reference_day_and_last_event_counts(as_of):
    check([("2016-12-30", "a")], as_of, ["", "", "a"], [0, 0, 2], [0, 0, 2])
    check(
        [("2017-02-02T13:00", "b"), ("2017-02-01", "a")],
        as_of,
        ["", "a", "b"],
        [0, 1, 0],
        [0, 1, 0],
    )


def test_a_date_without_an_item_does_not_move_as_of():
    check(
        [("2018-01-01", ""), ("2016-12-30", "a")],
        "",
        ["", "", "a"],
        [0, 0, 2],
        [0, 0, 2],
    )


@pytest.mark.parametrize("text", ["", "2016-02-31", "garbage"])
def test_an_event_without_a_valid_date_is_no_input(text):
    check(
        [(text, "x"), ("2016-12-30", "a"), (text, "y")],
        "",
        ["", "", "a"],
        [0, 0, 2],
        [0, 0, 2],
    )


def test_rows_without_an_event():
    found = window([[], [("2016-01-01", "")], [("x", "a")]], ["", "2016-01-01", ""])
    assert not found.is_event.numpy().any()
    for field in (found.ages, found.gaps, found.days):
        assert field.numpy().tolist() == [[0, 0, 0]] * 3
    assert window([[]], [""], max_length=2).items.shape == [1, 2]


def test_the_oldest_moment_is_an_event():
    row = [("0001-01-01T00:00+23:59", "first"), ("0001-01-01", "second")]
    assert items_of([row], ["0001-01-01"]) == [["first", "second"]]


# A few days with a few milliseconds, so that ties and bounds are common.
a_date = st.integers(0, 6).map(lambda d: date(2016, 12, 29) + timedelta(days=d))
a_moment = st.builds(
    lambda d, m: datetime(d.year, d.month, d.day, tzinfo=UTC) + timedelta(minutes=m),
    a_date,
    st.sampled_from([0, 1, 720, 1439]),
)
when = st.none() | a_date | a_moment
rows = st.lists(
    st.lists(st.tuples(when, st.sampled_from(["", "a", "b", "c"])), max_size=8),
    min_size=1,
    max_size=4,
)


@settings(max_examples=200)
@given(rows, st.data(), st.integers(1, 5))
def test_any_history_follows_the_literal_rule(rows, data, max_length):
    as_of = data.draw(st.lists(when, min_size=len(rows), max_size=len(rows)))
    bad = data.draw(st.sampled_from(["", "2016-02-30", "?"]))

    def text(value):
        return bad if value is None else value.isoformat()

    found = window(
        [[(text(value), item) for value, item in row] for row in rows],
        [text(value) for value in as_of],
        max_length,
    )
    for index, (row, asked) in enumerate(zip(rows, as_of, strict=True)):
        items, ages, gaps = literal_rule(row, asked, max_length)
        assert [item.decode() for item in found.items.numpy()[index]] == items
        assert found.ages.numpy()[index].tolist() == ages
        assert found.gaps.numpy()[index].tolist() == gaps
        np.testing.assert_array_equal(
            found.is_event.numpy()[index], [item != "" for item in items]
        )
