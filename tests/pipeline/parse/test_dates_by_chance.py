"""Dates that hypothesis draws, against Python's own."""

import datetime

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.parse.dates import day_of
from tests.support.dates import DAY, EPOCH, MILLISECOND, US, moment, parse

dates = st.dates(min_value=datetime.date(1000, 1, 1))
times = st.datetimes(datetime.datetime(1000, 1, 1), datetime.datetime(9998, 1, 1))
offsets = st.integers(-1439, 1439).map(
    lambda minutes: datetime.timezone(datetime.timedelta(minutes=minutes))
)


@given(st.lists(dates), st.sampled_from(["iso", "%Y-%m-%d", US, "%d/%m/%Y", "%Y%m%d"]))
def test_date_survives_the_round_trip(days, name):
    texts = [d.strftime("%Y-%m-%d" if name == "iso" else name) for d in days]
    found = parse(pa.array(texts, pa.string()), name)
    assert found == [(d - EPOCH.date()).days * DAY for d in days]
    assert day_of(np.asarray(found, np.int64)).tolist() == [
        (d - EPOCH.date()).days for d in days
    ]


@given(st.lists(times), offsets, st.sampled_from(["iso", "%Y-%m-%dT%H:%M:%S.%f%z"]))
def test_times_agree_with_datetime(values, offset, name):
    aware = [value.replace(tzinfo=offset) for value in values]
    texts = [value.isoformat(timespec="microseconds") for value in aware]
    expected = [(value - EPOCH) // MILLISECOND for value in aware]
    assert parse(pa.array(texts, pa.string()), name) == expected


@given(st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32))
def test_only_days_of_the_calendar_are_dates(year, month, day):
    try:
        expected = (datetime.date(year, month, day) - EPOCH.date()).days * DAY
    except ValueError:
        expected = "?"
    text = f"{year:04}-{month:02}-{day:02}"
    assert parse([text], "iso") == [expected]
    assert parse([text], "%Y-%m-%d") == [expected]


@given(st.integers(0, 24), st.integers(0, 61), st.integers(0, 62))
def test_only_times_of_the_clock_are_times(hour, minute, second):
    try:
        expected = moment(f"2016-04-20T{datetime.time(hour, minute, second)}")
    except ValueError:
        expected = "?"
    text = f"2016-04-20 {hour:02}:{minute:02}:{second:02}"
    assert parse([text], "iso") == [expected]
    assert parse([text], "%Y-%m-%d %H:%M:%S") == [expected]


some_text = st.one_of(
    dates.map(str),
    times.map(str),
    times.map(lambda t: f"{t}000"[:29]),
    st.integers(-(10**15), 10**15).map(str),
    st.floats(-1e12, 1e12).map(str),
    dates.map(lambda d: d.strftime(US)),
    st.sampled_from(["", "x", "now", "0001-01-01", "9999-12-31"]),
    st.text(max_size=5),
)


@given(st.lists(some_text))
def test_no_value_changes_another(texts):
    formats = ("iso", "unix", US, "%Y-%m-%d %H:%M:%S.%f")
    alone = [parse([text], *formats)[0] for text in texts]
    assert parse(pa.array(texts, pa.string()), *formats) == alone


@given(st.lists(st.integers(-62_135_596_800_000, 253_402_300_799_999)))
def test_unix_times_in_any_dress_are_the_same_moments(moments):
    integers = pa.array(moments, pa.int64())
    assert parse(integers, "unix_ms") == moments
    assert parse(integers.cast(pa.string()), "unix_ms") == moments
    assert parse(integers.cast(pa.timestamp("ms")), "iso") == moments
    seconds = [f"{m // 1000}.{m % 1000:03}" for m in moments if m >= 0]
    assert parse(pa.array(seconds, pa.string()), "unix_s") == [
        m for m in moments if m >= 0
    ]
