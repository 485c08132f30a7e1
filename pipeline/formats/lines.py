"""Lines of a block of text, and values that had to be parsed one by one."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.parse.ids import NotAScalarError, text_of
from pipeline.parse.rows import Reject, Rows


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


def one_line(text: str) -> str:
    """Returns text as it can stand in a sentence, whatever a file has put into it."""
    text = " ".join(text.split())
    return text if text.isprintable() else ascii(text)[1:-1]


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
    wrong: dict[str, dict[int, str]] = {}

    def value_of(index: int, record: dict[str, Any], name: str) -> str | None:
        try:
            value = text_of(record.get(name))
        except NotAScalarError as error:
            wrong.setdefault(name, {})[index] = str(error)
            return None
        if value is not None and has_bad_bytes(value):
            wrong.setdefault(name, {})[index] = "is not UTF-8"
            return None
        return value

    columns = {
        name: pa.array(
            [value_of(i, record, name) for i, (_, record, _) in enumerate(records)],
            pa.string(),
        )
        for name in fields
    }
    return Rows(
        fields=columns,
        places=np.asarray([place for place, _, _ in records], np.int64),
        text=lambda indices: [printable(records[index][2]) for index in indices],
        num_lines=num_lines,
        rejects=rejects,
        wrong=wrong,
    )
