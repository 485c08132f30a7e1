"""Lines of a block of text, and values that had to be parsed one by one."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.parse.ids import NotAScalarError, text_of
from pipeline.parse.rows import INVALID_ID, Reject, Rows


def decode(data: bytes) -> str:
    """Decodes UTF-8; other bytes become surrogates, which `has_bad_bytes` finds."""
    return data.decode("utf-8", errors="surrogateescape")


def has_bad_bytes(text: str) -> bool:
    """Whether text cannot be written as UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def printable(text: str) -> str:
    """Returns text that can be written as UTF-8, bad bytes as escapes."""
    return text.encode("utf-8", errors="backslashreplace").decode("utf-8")


def numbered_lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yields the lines that are not blank with their numbers from 0, unterminated."""
    for number, line in enumerate(data.split(b"\n")):
        if line.strip():
            yield number, line.rstrip(b"\r")


def count_lines(data: bytes) -> int:
    """Returns the number of lines of a block, blank ones included."""
    return data.count(b"\n") + (not data.endswith(b"\n") and bool(data))


def rows_of_records(
    records: Sequence[tuple[int, dict[str, Any], str]],
    fields: Sequence[str],
    num_lines: int,
    rejects: Sequence[Reject] = (),
) -> Rows:
    """Builds rows from records that were parsed one by one.

    Args:
      records: place, values by field, and the row's text.
      fields: the needed fields.
      num_lines: how many places the block has.
      rejects: rows that could not be read.
    """
    refused = list(rejects)
    columns: dict[str, list[str | None]] = {name: [] for name in fields}
    places: list[int] = []
    texts: list[str] = []
    for place, record, text in records:
        try:
            values = [_value(record, name) for name in fields]
        except NotAScalarError as error:
            refused.append(Reject(place, INVALID_ID, str(error), printable(text)))
            continue
        for name, value in zip(fields, values, strict=True):
            columns[name].append(value)
        places.append(place)
        texts.append(text)
    return Rows(
        fields={name: pa.array(columns[name], pa.string()) for name in fields},
        places=np.asarray(places, np.int64),
        text=lambda indices: [printable(texts[index]) for index in indices],
        num_lines=num_lines,
        rejects=refused,
    )


def _value(record: dict[str, Any], name: str) -> str | None:
    try:
        value = text_of(record.get(name))
    except NotAScalarError as error:
        raise NotAScalarError(f"`{name}` {error}") from error
    if value is not None and has_bad_bytes(value):
        raise NotAScalarError(f"`{name}` is not UTF-8")
    return value
