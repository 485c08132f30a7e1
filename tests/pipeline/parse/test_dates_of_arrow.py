import datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from pipeline.parse.dates import parse_dates
from pipeline.parse.ids import NotAScalarError
from tests.support.dates import DAY, moment, parse


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
