"""The dates of serving against Python's own calendar."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given
from hypothesis import strategies as st

from trainer.serving import date_format, dates

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PARSE = tf.function(dates.parse, input_signature=[tf.TensorSpec([None], tf.string)])

SHAPE = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?)?",
    re.ASCII,
)


def milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def expected(text: str) -> int | None:
    """What Python makes of a text, None where it is no date."""
    # Some versions of Python take 24:00 for the next midnight.
    if not SHAPE.fullmatch(text) or re.search(r"[T ]24|[+-]24", text[10:]):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def check(texts: list[str]) -> None:
    moments = PARSE(tf.constant([text.encode() for text in texts], tf.string))
    found = [
        int(value) if valid else None
        for value, valid in zip(
            moments.milliseconds.numpy(), moments.is_valid.numpy(), strict=True
        )
    ]
    assert found == [expected(text) for text in texts]
    assert [date_format.is_date(text) for text in texts] == [
        value is not None for value in found
    ]


def test_literal_dates():
    cases = {
        "1970-01-01": 0,
        "1969-12-31": -86_400_000,
        "2016-02-29": 1_456_704_000_000,
        "2016-04-20T10:30": 1_461_148_200_000,
        "2016-04-20 10:30": 1_461_148_200_000,
        "2016-04-20T10:30Z": 1_461_148_200_000,
        "2016-04-20T10:30:55": 1_461_148_255_000,
        "2016-04-20T10:30:55.123": 1_461_148_255_123,
        "2016-04-20T10:30:55.1": 1_461_148_255_100,
        "2016-04-20T10:30:55.123999999": 1_461_148_255_123,
        "2016-04-20T10:30:55.123Z": 1_461_148_255_123,
        "2016-04-20T10:30+02:00": 1_461_141_000_000,
        "2016-04-20T10:30+0200": 1_461_141_000_000,
        "2016-04-20T10:30+02": 1_461_141_000_000,
        "2016-04-20T10:30:55.5-05:30": 1_461_168_055_500,
        "1970-01-01T01:00+02:00": -3_600_000,
    }
    moments = PARSE(tf.constant(list(cases)))
    assert moments.is_valid.numpy().all()
    assert moments.milliseconds.numpy().tolist() == list(cases.values())
    assert moments.has_time.numpy().tolist() == [len(text) > 10 for text in cases]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "2016-02-30",
        "2016-02-31",
        "2015-02-29",
        "1900-02-29",
        "2016-04-31",
        "2016-00-10",
        "2016-13-10",
        "2016-01-00",
        "2016-01-32",
        "0000-01-01",
        "10000-01-01",
        "-2016-04-20",
        " 2016-04-20",
        "2016-04-20 ",
        "2016-04-20\n",
        "2016-04-20\x00",
        "2016-4-20",
        "20160420",
        "2016/04/20",
        "April 20, 2016",
        "2016-04-20T",
        "2016-04-20T10",
        "2016-04-20T24:00",
        "2016-04-20T10:60",
        "2016-04-20T10:30:60",
        "2016-04-20T10:30:55.",
        "2016-04-20T10:30.5",
        "2016-04-20T10:30:55.1234567890",
        "2016-04-20T10:30+2",
        "2016-04-20T10:30+24:00",
        "2016-04-20+02:00",
        "2016-04-20Z",
        "2016-02-31T10:30Z",
        "\u0662\u0660\u0661\u0666-04-20",
        "\uff12\uff10\uff11\uff16-04-20",
        "2016-04-20é",
        "not a date",
        "1461110400",
    ],
)
def test_what_is_no_date(text):
    assert not date_format.is_date(text)
    moments = PARSE(tf.constant([text, "2016-04-20"]))
    assert moments.is_valid.numpy().tolist() == [False, True]
    assert moments.has_time.numpy().tolist() == [False, False]
    # The neighbour in the batch is none the worse.
    assert moments.milliseconds.numpy()[1] == 1_461_110_400_000


def test_every_day_of_four_centuries_and_the_edges_of_every_year():
    first, last = date(1800, 1, 1).toordinal(), date(2200, 1, 1).toordinal()
    days = [date.fromordinal(ordinal) for ordinal in range(first, last)]
    for year in range(1, 10_000):
        days += [date(year, 1, 1), date(year, 2, 28), date(year, 3, 1)]
        days += [date(year, 3, 1) - timedelta(days=1), date(year, 12, 31)]
    moments = PARSE(tf.constant([day.isoformat() for day in days]))
    assert moments.is_valid.numpy().all()
    ordinals = np.array([day.toordinal() for day in days])
    np.testing.assert_array_equal(
        dates.day_of(moments.milliseconds).numpy(),
        ordinals - date(1970, 1, 1).toordinal(),
    )


@pytest.mark.parametrize("year", [0, 1, 4, 100, 400, 1900, 2000, 2015, 2016, 9999])
def test_no_day_outside_the_calendar(year):
    check([f"{year:04}-{m:02}-{d:02}" for m in range(15) for d in range(35)])


offsets = st.one_of(
    st.none(),
    st.integers(-23 * 60 - 59, 23 * 60 + 59).map(
        lambda minutes: timezone(timedelta(minutes=minutes))
    ),
)
date_times = st.datetimes(timezones=offsets)


@given(
    date_times,
    st.sampled_from("T "),
    st.sampled_from(["auto", "minutes", "seconds", "milliseconds", "microseconds"]),
)
def test_every_date_time_of_python_is_read(moment, separator, timespec):
    check([moment.isoformat(separator, timespec)])


pieces = st.sampled_from(
    [*"0123456789-T:.Z+é\u0662 \n\x00", "2016", "0001", "02", "29", "31", "59", "60"]
)


@given(st.lists(st.lists(pieces, max_size=20).map("".join) | st.text(), max_size=20))
def test_garbage_is_refused_where_python_refuses_it(texts):
    check(texts)


@given(date_times, st.integers(0, 40), st.characters(codec="utf-8") | st.just(""))
@example(datetime(2016, 4, 20, tzinfo=UTC), 10, " ")
def test_a_date_with_one_character_changed(moment, place, character):
    text = moment.isoformat()
    check([text[:place] + character + text[place + 1 :]])


def test_days_before_1970_are_rounded_down():
    assert dates.day_of(
        tf.constant([-1, 0, 86_399_999], tf.int64)
    ).numpy().tolist() == [
        -1,
        0,
        0,
    ]


def test_any_shape():
    moments = PARSE(tf.zeros([0], tf.string))
    assert moments.milliseconds.shape == [0]
    moments = dates.parse(tf.constant([["2016-04-20", ""], ["x", "1970-01-02"]]))
    assert moments.is_valid.numpy().tolist() == [[True, False], [False, True]]


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("2016-04-20:2260466", ("2016-04-20", "2260466")),
        ("2016-04-20:a:b", ("2016-04-20", "a:b")),
        ("2016-04-20:", ("2016-04-20", "")),
        ("2016-04-20T10:30:77", ("2016-04-20T10:30", "77")),
        ("2016-04-20T10:30:55:77", ("2016-04-20T10:30:55", "77")),
        ("2016-04-20T10:30:77:x", ("2016-04-20T10:30", "77:x")),
        ("2016-04-20T10:30+02:00:77", ("2016-04-20T10:30+02:00", "77")),
        ("2016-04-20T10:30:55.5Z:a", ("2016-04-20T10:30:55.5Z", "a")),
        ("2016-04-20 10:30:é", ("2016-04-20 10:30", "é")),
        ("2016-04-20", None),
        ("2016-02-31:77", None),
        ("2260466:2016-04-20", None),
        (":77", None),
        ("", None),
    ],
)
def test_an_event_is_split_behind_its_date(text, split):
    assert date_format.split_event(text) == split
