"""Dates and times in the formats that review logs use, as moments.

A moment is a number of milliseconds since 1970-01-01 (UTC), rounded down. A bare date
is its midnight; a time without an offset is UTC.

Formats, tried in order for each value:

- `iso`: `2016-04-20`, `2016-04-20T09:30`, `2016-04-20 09:30:05.25+02:00`
- `unix_s`, `unix_ms`: seconds or milliseconds since 1970-01-01, as number or digits
- `unix`: either of the two by its size; below 100,000,000 it is not understood, so
  that `20160420` is not taken for a day of 1970
- anything with a `%`: a strptime pattern such as `%B %d, %Y`
"""

import datetime
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.parse.english_dates import parse_dates_like, write_date
from pipeline.parse.ids import as_text

NAMED_FORMATS = ("iso", "unix", "unix_s", "unix_ms")

_ISO = (
    r"^\d{4}-\d{2}-\d{2}"
    r"([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$"
)
_NUMBER = r"^[+-]?\d{1,15}(\.\d{1,18})?$"
# A strptime directive for the second, but not a percent sign before an S.
_SECOND = re.compile(r"(?<!%)((?:%%)*)%S")
_MS_OF = {"s": 1000, "ms": 1}
_OF_A_MS = {"us": 1000, "ns": 1_000_000}
_MS_OF_DAY = 86_400_000
# The size at which seconds would lie beyond the year 5000, and milliseconds after 1973.
_SMALLEST_MS = 1e11
_SMALLEST_S = 1e8
_A_MOMENT = datetime.datetime(2016, 4, 20, 21, 30, tzinfo=datetime.UTC)
_FIRST_MOMENT = int(np.datetime64("0001-01-01", "ms").astype(np.int64))
_AFTER_LAST_MOMENT = int(np.datetime64("10000-01-01", "ms").astype(np.int64))


def check_format(name: str) -> None:
    """Raises `ValueError` unless `name` is a format that `parse_dates` takes."""
    if name not in NAMED_FORMATS and "%" not in name:
        raise ValueError(
            f"`date_format` must be one of {', '.join(NAMED_FORMATS)} or a strptime "
            f"pattern such as '%B %d, %Y', got {name!r}."
        )
    if name not in NAMED_FORMATS:
        import pandas as pd  # Here, since `--help` would wait for it half its time.

        try:
            text = pd.Series([write_date(_A_MOMENT, name)], dtype="str")
            again = parse_dates_like(name, text)[0]
        except (ValueError, re.error) as error:
            raise ValueError(
                f"`date_format` {name!r} is no strptime pattern of a day ({error})."
            ) from error
        # strptime puts every date of a pattern without a year into 1900.
        if pd.notna(again) and again.year != _A_MOMENT.year:
            raise ValueError(
                f"`date_format` {name!r} says no year; give a pattern of whole dates, "
                "such as '%B %d, %Y'."
            )


def parse_dates(
    values: pa.Array, formats: Sequence[str]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Reads a column of dates.

    Args:
      values: text, numbers, dates, timestamps or null, [rows].
      formats: the formats of text and numbers to try, in order.

    Returns:
      moments, int64 [rows], 0 where there is none; and two bool [rows]: which values
      are missing (null or blank), and which are there but not understood.

    Raises:
      NotAScalarError: the column is none of these.
    """
    if pa.types.is_date(values.type) or pa.types.is_timestamp(values.type):
        return _of_arrow(values)
    text = pc.utf8_trim_whitespace(as_text(values))
    encoded = text.dictionary_encode()
    distinct = encoded.dictionary
    moments_of = np.zeros(len(distinct) + 1, np.int64)
    understood = np.zeros(len(distinct) + 1, bool)
    blank = np.append(pc.equal(distinct, "").to_numpy(False), True)
    for name in formats:
        todo = np.flatnonzero(~understood & ~blank)
        if not len(todo):
            break
        found, moments = _parse_text(distinct.take(pa.array(todo)), name)
        found &= ~_out_of_range(moments)
        moments_of[todo[found]] = moments[found]
        understood[todo[found]] = True
    codes = encoded.indices.fill_null(len(distinct)).to_numpy()
    missing = blank[codes]
    return moments_of[codes], missing, ~understood[codes] & ~missing


def day_of(moments: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Returns the whole days since 1970-01-01 (UTC) of moments."""
    return moments // _MS_OF_DAY


def _of_arrow(
    values: pa.Array,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Does what `parse_dates` does for dates and timestamps, which need no format."""
    kind = values.type
    missing = values.is_null().to_numpy(False)
    if pa.types.is_date(kind):
        is_days = pa.types.is_date32(kind)
        scale, divisor = (_MS_OF_DAY if is_days else 1), 1
        plain = values.cast(pa.int32() if is_days else pa.int64()).cast(pa.int64())
    else:
        # Of timestamps with a time zone the number counts from 1970 in UTC as well.
        scale, divisor = _MS_OF.get(kind.unit, 1), _OF_A_MS.get(kind.unit, 1)
        plain = values.cast(pa.int64())
    numbers = plain.fill_null(0).to_numpy()
    wrong = _out_of_range(numbers // divisor, scale) & ~missing
    return np.where(wrong, 0, numbers // divisor * scale), missing, wrong


def _out_of_range(
    moments: npt.NDArray[np.int64], scale: int = 1
) -> npt.NDArray[np.bool_]:
    """Whether `moments` times `scale`, which may not fit 64 bits, are no moments."""
    return (moments < _FIRST_MOMENT // scale) | (moments >= _AFTER_LAST_MOMENT // scale)


def _parse_text(
    text: pa.StringArray, name: str
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Returns which of `text` have the format `name`, and their moments."""
    import pandas as pd

    if name in ("unix", "unix_s", "unix_ms"):
        return _parse_numbers(text, name)
    if name == "iso":
        candidates = pc.match_substring_regex(text, _ISO)
        # pandas would give a whole column with nanoseconds a narrower range of years.
        text = pc.replace_substring_regex(text, r"(\.\d{3})\d+", r"\1")
        name = "ISO8601"
    else:
        # pandas takes "now" and "today" for dates of any format.
        candidates = pc.match_substring_regex(text, r"\d")
        if re.search("[.,]%f", name):
            text = pc.replace_substring_regex(
                text, r"([.,]\d{6})\d{1,3}([^\d]|$)", r"\1\2"
            )
    chosen = pd.Series(text.filter(candidates).to_pylist(), dtype="str")
    # pandas refuses April 31, where strptime of C takes it for May 1.
    parsed = parse_dates_like(name, chosen)
    found = parsed.notna().to_numpy().copy()
    if _SECOND.search(name):
        # It takes second 60 for the next minute's first, though.
        for second in ("60", "61"):
            leap = _SECOND.sub(rf"\g<1>{second}", name)
            leaping = parse_dates_like(leap, chosen)
            found &= leaping.isna().to_numpy()
    places = np.flatnonzero(candidates.to_numpy(False))[found]
    naive = parsed[found].dt.tz_localize(None).to_numpy()
    moments = np.zeros(len(text), np.int64)
    moments[places] = naive.astype("datetime64[ms]").astype(np.int64)
    valid = np.zeros(len(text), bool)
    valid[places] = True
    return valid, moments


def _parse_numbers(
    text: pa.StringArray, name: str
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    is_number = pc.match_substring_regex(text, _NUMBER)
    valid = is_number.to_numpy(False).copy()
    # Rounded down as decimals: the float nearest to 1.001 is less than 1001 / 1000.
    numbers = text.filter(is_number).cast(pa.decimal128(38, 18))
    thousandths = pc.round(numbers, 3, "down").cast(pa.float64()).to_numpy()
    milliseconds = np.zeros(len(text), np.float64)
    milliseconds[valid] = pc.floor(numbers).cast(pa.float64()).to_numpy()
    from_seconds = np.zeros(len(text), np.float64)
    from_seconds[valid] = np.rint(thousandths * 1000.0)
    in_seconds = np.full(len(text), name == "unix_s")
    if name == "unix":
        size = np.abs(from_seconds) / 1000.0
        valid &= size >= _SMALLEST_S
        in_seconds = size < _SMALLEST_MS
    return valid, np.where(in_seconds, from_seconds, milliseconds).astype(np.int64)
