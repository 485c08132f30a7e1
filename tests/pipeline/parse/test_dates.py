import pyarrow as pa
import pytest

from pipeline.parse.dates import check_format
from tests.support.dates import US, moment, parse


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


@pytest.mark.parametrize("name", ["%H", "%m/%d", "%d.%m.", "%j", "100 %%"])
def test_pattern_without_a_year_is_refused(name):
    with pytest.raises(ValueError, match=r"says no year; give a pattern of whole"):
        check_format(name)


@pytest.mark.parametrize(
    "name",
    ["%B %d, %Y", "%d/%m/%y %I:%M %p", "%Y-%jT%H", "%G-W%V-%u", "%Y%m%d%z", "%B %Y"],
)
def test_pattern_with_a_year_is_taken(name):
    check_format(name)
