import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.parse.dates import check_format, day_of, parse_dates
from pipeline.parse.ids import NotAScalarError

US = "%B %d, %Y"
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MILLISECOND = datetime.timedelta(milliseconds=1)
DAY = 86_400_000


def moment(text: str) -> int:
    """The moment of an ISO date, by Python's own parser."""
    parsed = datetime.datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=datetime.UTC)
    return (parsed - EPOCH) // MILLISECOND


def parse(values, *formats):
    """Returns moments, with None where missing and "?" where not understood."""
    column = values if isinstance(values, pa.Array) else pa.array(values)
    moments, missing, invalid = parse_dates(column, formats)
    assert not (missing & invalid).any()
    assert not moments[missing | invalid].any()
    return [
        None if absent else "?" if wrong else number
        for number, absent, wrong in zip(
            moments.tolist(), missing, invalid, strict=True
        )
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016-04-20", "2016-04-20"),
        (" 2016-04-20 ", "2016-04-20"),
        ("2016-04-20T09:30", "2016-04-20T09:30"),
        ("2016-04-20 09:30", "2016-04-20T09:30"),
        ("2016-04-20T09:30:05", "2016-04-20T09:30:05"),
        ("2016-04-20T09:30:05.2", "2016-04-20T09:30:05.200"),
        ("2016-04-20T09:30:05.123456789", "2016-04-20T09:30:05.123"),
        ("2016-04-20T09:30Z", "2016-04-20T09:30"),
        ("2016-04-20 09:30:05.25+02:00", "2016-04-20T07:30:05.250"),
        ("2016-04-20T00:30+0130", "2016-04-19T23:00"),
        ("2016-04-20T23:30-00:45", "2016-04-21T00:15"),
        ("2016-02-29", "2016-02-29"),
        ("0001-01-01", "0001-01-01"),
        ("9999-12-31T23:59:59.999999999", "9999-12-31T23:59:59.999"),
    ],
)
def test_iso(text, expected):
    assert parse([text], "iso") == [moment(expected)]


@pytest.mark.parametrize(
    "text",
    [
        "2016-04-31",
        "2015-02-29",
        "2016-02-30",
        "2016-02-31",
        "2016-13-01",
        "2016-00-10",
        "2016-04-00",
        "0000-01-01",
        "2016-04-20T24:00",
        "2016-04-20T23:60",
        "2016-04-20T23:59:60",
        "2016-04-20T09:30+25:00",
        "2016-04-20T",
        "2016-04-20T09",
        "2016-04-20T09:30:05.",
        "2016-04-20 UTC",
        "2016-04-20x",
        "2016-4-2",
        "16-04-20",
        "20160420",
        "2016-04",
        "2016",
        "2016/04/20",
        "2016-W16-3",
        "0001-01-01T00:00+02:00",
        "9999-12-31T23:00-02:00",
        "now",
        "today",
        "NaT",
        "None",
        "-",
        "٢٠١٦-٠٤-٢٠",
    ],
)
def test_iso_refuses_what_is_no_date(text):
    assert parse([text], "iso") == ["?"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1969-12-31T23:59:59.9999", -1),
        ("1969-12-31T23:59:59.0001", -1000),
        ("1969-12-31T23:59:59.999999999", -1),
        ("1970-01-01T00:00:00.000999", 0),
    ],
)
def test_fractions_are_rounded_down_also_before_1970(text, expected):
    assert parse([text], "iso") == [expected]
    assert parse([text], "%Y-%m-%dT%H:%M:%S.%f") == [expected]


@pytest.mark.parametrize(
    "text", ["April 20, 2016", "April 20,  2016", "april 20, 2016", " April 20, 2016"]
)
def test_month_names(text):
    assert parse([text], US) == [moment("2016-04-20")]


@pytest.mark.parametrize(
    "text",
    [
        "April 31, 2016",
        "February 29, 2015",
        "February 31, 2016",
        "April 20, 16",
        "April 20 2016",
        "20 April, 2016",
        "April 20, 2016 x",
        "Aprl 20, 2016",
        "now",
        "today",
        "NaT",
        "nan",
        "None",
    ],
)
def test_pattern_refuses_what_is_no_date(text):
    assert parse([text, "April 20, 2016"], US) == ["?", moment("2016-04-20")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20.04.2016 09:30:05", moment("2016-04-20T09:30:05")),
        ("20.04.2016 09:30:59", moment("2016-04-20T09:30:59")),
        ("20.04.2016 09:30:60", "?"),
        ("20.04.2016 09:30:61", "?"),
        ("20.04.2016 24:00:00", "?"),
        ("31.04.2016 09:30:05", "?"),
        ("20.04.2016", "?"),
    ],
)
def test_times_of_a_pattern(text, expected):
    assert parse([text], "%d.%m.%Y %H:%M:%S") == [expected]


def test_percent_sign_before_an_s_is_no_second():
    assert parse(["20.04.2016 %S"], "%d.%m.%Y %%S") == [moment("2016-04-20")]


def test_offset_of_a_pattern():
    assert parse(["20.04.2016 01:00 +0200"], "%d.%m.%Y %H:%M %z") == [
        moment("2016-04-19T23:00")
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 1, -1], [0, 1000, -1000]),
        (["1461110400", "+5"], [1_461_110_400_000, 5000]),
        ([1461110400.0, 0.25], [1_461_110_400_000, 250]),
        (["1.001", "1.0019", "-1.0001"], [1001, 1001, -1001]),
        (["20160420"], [20_160_420_000]),
        (["1e9", "0x10", "1,5", "1.", ".5", "--1", "1" * 16], ["?"] * 7),
        (["253402300799", "253402300800"], [moment("9999-12-31T23:59:59"), "?"]),
        (["-62135596800", "-62135596801"], [moment("0001-01-01"), "?"]),
    ],
)
def test_unix_seconds(values, expected):
    assert parse(values, "unix_s") == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1461110400000, -1], [1_461_110_400_000, -1]),
        (["1461110400000.9", "-0.1"], [1_461_110_400_000, -1]),
        (["20160420"], [20_160_420]),
    ],
)
def test_unix_milliseconds(values, expected):
    assert parse(values, "unix_ms") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("20160420", "?"),
        ("99999999", "?"),
        ("99999999.9", "?"),
        ("0", "?"),
        ("100000000", 100_000_000_000),
        ("-100000000", -100_000_000_000),
        ("1461110400", 1_461_110_400_000),
        ("99999999999", 99_999_999_999_000),
        ("100000000000", 100_000_000_000),
        ("1461110400000", 1_461_110_400_000),
    ],
)
def test_unix_tells_seconds_from_milliseconds_by_size(value, expected):
    assert parse([value], "unix") == [expected]


def test_milliseconds_as_seconds_survive_floats():
    moments = list(range(1_461_110_400_000, 1_461_110_402_000))
    values = [value / 1000 for value in moments]
    assert parse(values, "unix_s") == moments
    assert parse([str(value) for value in values], "unix") == moments


def test_formats_are_tried_in_order_for_each_value():
    values = ["2016-04-20", "1461110400", "April 20, 2016", "20160420", "x", "", None]
    day = moment("2016-04-20")
    assert parse(values, "iso", "unix", US) == [day, day, day, "?", "?", None, None]
    assert parse(["1461110400"], "unix_ms", "unix_s") == [1_461_110_400]
    assert parse(["1461110400"], "unix_s", "unix_ms") == [1_461_110_400_000]


def test_blank_dates_are_missing():
    assert parse(["", "  ", "\t", None, "x"], "iso") == [None] * 4 + ["?"]
    assert parse(pa.nulls(2), "iso") == [None, None]
    assert parse(pa.array([], pa.string()), "iso") == []


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("s", [0, -1000, 1_999_000]),
        ("ms", [0, -1, 1999]),
        ("us", [0, -1, 1]),
        ("ns", [0, -1, 0]),
    ],
)
@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
def test_timestamps_count_from_1970_in_utc(unit, zone, expected):
    column = pa.array([0, -1, 1999, None], pa.timestamp(unit, tz=zone))
    assert parse(column) == [*expected, None]


def test_dates_of_arrow():
    days = [datetime.date(1969, 12, 31), datetime.date(2016, 4, 20), None]
    expected = [-DAY, moment("2016-04-20"), None]
    assert parse(pa.array(days, pa.date32())) == expected
    assert parse(pa.array(days, pa.date64())) == expected


@pytest.mark.parametrize(
    "kind", [pa.date32(), pa.date64(), *(pa.timestamp(u) for u in ("s", "ms", "us"))]
)
def test_dates_of_arrow_beyond_the_calendar_are_not_understood(kind):
    width = 31 if kind == pa.date32() else 63
    numbers = pa.array([2**width - 1, -(2**width), 0], pa.int64())
    numbers = numbers.cast(pa.int32()) if width == 31 else numbers
    assert parse(numbers.cast(kind)) == ["?", "?", 0]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1], pa.duration("s")),
        pa.array([1], pa.time64("us")),
        pa.array([True]),
        pa.array([[1]]),
    ],
    ids=lambda column: str(column.type),
)
def test_columns_that_hold_no_dates_are_refused(column):
    with pytest.raises(NotAScalarError, match="not text or numbers"):
        parse_dates(column, ["iso"])


def test_decimal_seconds():
    column = pa.array([Decimal("1461110400.125")], pa.decimal128(20, 3))
    assert parse(column, "unix_s") == [1_461_110_400_125]


@pytest.mark.parametrize("name", ["iso", "unix", "unix_s", "unix_ms", US, "%d.%m.%y"])
def test_known_formats(name):
    check_format(name)


@pytest.mark.parametrize("name", ["", "ISO", "yyyy-mm-dd", "unix_us"])
def test_unknown_format_is_named(name):
    with pytest.raises(ValueError, match="must be one of iso, unix, unix_s, unix_ms"):
        check_format(name)


@pytest.mark.parametrize("name", ["%Q", "100%", "%Y%Y", "%Y %W", "%d %s"])
def test_pattern_that_strptime_does_not_take_is_named(name):
    with pytest.raises(ValueError, match="is no strptime pattern of a day"):
        check_format(name)


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
