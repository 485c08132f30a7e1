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

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.parse.ids import as_text

NAMED_FORMATS = ("iso", "unix", "unix_s", "unix_ms")

_ISO = (
    r"^\d{4}-\d{2}-\d{2}"
    r"([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$"
)
_NUMBER = r"^[+-]?\d{1,15}(\.\d+)?$"
# The size at which seconds would lie beyond the year 5000, and milliseconds after 1973.
_SMALLEST_MS = 1e11
_SMALLEST_S = 1e8
_FIRST_MOMENT = int(np.datetime64("0001-01-01", "ms").astype(np.int64))
_AFTER_LAST_MOMENT = int(np.datetime64("10000-01-01", "ms").astype(np.int64))


def check_format(name: str) -> None:
    """Raises `ValueError` unless `name` is a format that `parse_dates` takes."""
    if name not in NAMED_FORMATS and "%" not in name:
        raise ValueError(
            f"`date_format` must be one of {', '.join(NAMED_FORMATS)} or a strptime "
            f"pattern such as '%B %d, %Y', got {name!r}."
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
    """
    if pa.types.is_temporal(values.type) and not pa.types.is_time(values.type):
        floored = pc.floor_temporal(values, unit="millisecond")
        moments = floored.cast(pa.timestamp("ms", tz=_zone(values.type)))
        numbers = moments.cast(pa.int64()).fill_null(0).to_numpy()
        missing = values.is_null().to_numpy(False)
        return numbers, missing, _out_of_range(numbers) & ~missing
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
    return moments // 86_400_000


def _zone(kind: pa.DataType) -> str | None:
    return kind.tz if pa.types.is_timestamp(kind) else None


def _out_of_range(moments: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    return (moments < _FIRST_MOMENT) | (moments >= _AFTER_LAST_MOMENT)


def _parse_text(
    text: pa.StringArray, name: str
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Returns which of `text` have the format `name`, and their moments."""
    if name in ("unix", "unix_s", "unix_ms"):
        return _parse_numbers(text, name)
    if name == "iso":
        candidates = pc.match_substring_regex(text, _ISO).to_numpy(False)
        name = "ISO8601"
    else:
        candidates = np.ones(len(text), bool)
    moments = np.zeros(len(text), np.int64)
    chosen = text.filter(pa.array(candidates)).to_pylist()
    # pandas refuses April 31, where strptime of C takes it for May 1.
    parsed = pd.to_datetime(
        pd.Series(chosen, dtype="str"), format=name, utc=True, errors="coerce"
    )
    found = parsed.notna().to_numpy()
    places = np.flatnonzero(candidates)[found]
    naive = parsed[found].dt.tz_localize(None).to_numpy()
    moments[places] = naive.astype("datetime64[ms]").astype(np.int64)
    valid = np.zeros(len(text), bool)
    valid[places] = True
    return valid, moments


def _parse_numbers(
    text: pa.StringArray, name: str
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    is_number = pc.match_substring_regex(text, _NUMBER)
    valid = is_number.to_numpy(False)
    numbers = np.zeros(len(text), np.float64)
    numbers[valid] = text.filter(is_number).cast(pa.float64()).to_numpy()
    size = np.abs(numbers)
    in_seconds = np.full(len(text), name == "unix_s")
    if name == "unix":
        valid &= size >= _SMALLEST_S
        in_seconds = size < _SMALLEST_MS
    milliseconds = np.floor(np.where(in_seconds, numbers * 1000.0, numbers))
    return valid, milliseconds.astype(np.int64)
