"""Dates as tests write them, and what the pipeline makes of them."""

import datetime
from typing import Any

import pyarrow as pa

from pipeline.parse.dates import parse_dates

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


def parse(values: Any, *formats: str) -> list[int | str | None]:
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
