"""JSON lines: one object a line.

A block is parsed by Arrow, whose parser takes a column as text or as numbers but not
as both. A block is therefore tried with other types for each field; where none fits, it
is halved until only a small piece is left to parse line by line.
"""

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.formats.arrow_json import Types, read_columns
from pipeline.formats.lines import (
    count_lines,
    decode,
    numbered_lines,
    printable,
    rows_of_records,
)
from pipeline.parse.rows import NOT_JSON, Reject, Rows
from schemas.json_values import parse_json

# Below this, parsing line by line costs less than another attempt by Arrow.
SMALLEST_PIECE_BYTES = 1 << 16
# Where a piece that it parses begins with a bare `null`, Arrow 25 ends the process. It
# cuts pieces at carriage returns as well, and passes over a byte order mark.
_BARE_NULL = re.compile(rb"(?:\A\s*|[\r\n][ \t]*)(?:\xef\xbb\xbf\s*)?null")
# What Arrow takes for numbers, and Python does not.
_ODD_NUMBER = re.compile(rb"NaN|Inf")

# Of attributes: a column of truth values holds no value, but is parsed at once.
_ATTRIBUTE_TYPES = (pa.string(), pa.int64(), pa.float64(), pa.bool_())


class JsonLinesParser:
    """Parses blocks of one input, remembering which column types fitted last."""

    def __init__(
        self,
        fields: Sequence[str],
        numeric: frozenset[str],
        attributes: Sequence[str] = (),
    ) -> None:
        """Sets the fields to read.

        Args:
          fields: the names of the fields on which events depend.
          numeric: those that are numbers first and foremost.
          attributes: the names of further fields. Whatever they hold, the others are
            read as without them.
        """
        self._fields = tuple(fields)
        self._attributes = tuple(attributes)
        self._attribute_types: Types = (pa.string(),) * len(self._attributes)
        # Floats come last: text and whole numbers hold more.
        self._choices = [
            (pa.int64(), pa.string(), pa.float64())
            if name in numeric
            else (pa.string(), pa.int64(), pa.float64())
            for name in fields
        ]
        self._types: Types = tuple(choices[0] for choices in self._choices)

    def parse(self, data: bytes) -> Iterator[Rows]:
        """Yields the rows of a block of whole lines, a piece at a time.

        Places of each piece count from the block's first line.
        """
        yield from self._parse(data, 0)

    def _parse(self, data: bytes, first_line: int) -> Iterator[Rows]:
        plain_lines = _plain_lines(data)
        columns = self._columns(data, is_plain=plain_lines > 0)
        if columns is not None:
            yield self._rows(data, columns, first_line, plain_lines)
        elif len(data) <= SMALLEST_PIECE_BYTES:
            yield self._one_by_one(data, first_line)
        else:
            cut = data.rfind(b"\n", 0, len(data) // 2) + 1
            cut = cut or data.find(b"\n") + 1
            if 0 < cut < len(data):
                yield from self._parse(data[:cut], first_line)
                first_line += data.count(b"\n", 0, cut)
                yield from self._parse(data[cut:], first_line)
            else:
                yield self._one_by_one(data, first_line)

    def _columns(self, data: bytes, is_plain: bool) -> dict[str, pa.Array] | None:
        """Returns the columns of a block; None where Arrow does not take it.

        Those of attributes are among them if they are of the types that fitted last.
        """
        if b"\0" in data:
            return None  # Arrow would pass over what follows it.
        if not is_plain and _BARE_NULL.search(data):
            return None
        if self._attributes and (columns := self._together(data)) is not None:
            return columns
        with contextlib.suppress(pa.ArrowInvalid):
            return read_columns(data, self._fields, self._types)
        return self._columns_apart(data)

    def _columns_apart(self, data: bytes) -> dict[str, pa.Array] | None:
        """Returns the columns of a block in other types than those that fitted last.

        Each is parsed by itself: combinations of types are many, and a block with one
        bad line fits none.
        """
        start = data[: data.find(b"\n", SMALLEST_PIECE_BYTES) + 1]
        if start and (types := self._fitting(start)) is not None:
            with contextlib.suppress(pa.ArrowInvalid):
                columns = read_columns(data, self._fields, types)
                self._types = types
                return columns
        if (types := self._fitting(data)) is not None:
            self._types = types
            return read_columns(data, self._fields, types)
        return None

    def _fitting(self, data: bytes) -> Types | None:
        """Returns types in which Arrow takes the fields; None where one fits none."""
        fitting = []
        for name, choices, last in zip(
            self._fields, self._choices, self._types, strict=True
        ):
            for kind in dict.fromkeys((last, *choices)):
                with contextlib.suppress(pa.ArrowInvalid):
                    read_columns(data, (name,), (kind,))
                    fitting.append(kind)
                    break
            else:
                return None
        return tuple(fitting)

    def _rows(
        self,
        data: bytes,
        columns: dict[str, pa.Array],
        first_line: int,
        plain_lines: int,
    ) -> Rows:
        num_rows = len(next(iter(columns.values())))
        # Where an object ends each line and one begins the next there is no other
        # break of lines than those between objects.
        if plain_lines and num_rows == plain_lines:
            num_lines = plain_lines
            places = np.arange(num_rows)
        else:
            num_lines = count_lines(data)
            lines = dict(numbered_lines(data))
            whole = all(_is_whole(line.strip()) for line in lines.values())
            if len(lines) != num_rows or not whole:  # several objects on one line
                return self._one_by_one(data, first_line)
            places = np.fromiter(lines, np.int64, num_rows)
        if self._attributes and self._attributes[0] not in columns:
            columns = {**columns, **self._attribute_columns(data)}
            mixed = [name for name in self._attributes if name not in columns]
            columns |= self._mixed_columns(data, mixed) if mixed else {}
        return Rows(columns, first_line + places, _text_of(data), num_lines)

    def _together(self, data: bytes) -> dict[str, pa.Array] | None:
        """Returns the columns of a block and its attributes, if one parse will do.

        It will where types are those that fitted last, or those of the first lines.
        """
        fields = (*self._fields, *self._attributes)
        types = self._attribute_types
        with contextlib.suppress(pa.ArrowInvalid):
            return read_columns(data, fields, (*self._types, *types))
        self._attribute_columns(data[: data.find(b"\n", SMALLEST_PIECE_BYTES) + 1])
        if self._attribute_types != types:
            with contextlib.suppress(pa.ArrowInvalid):
                return read_columns(
                    data, fields, (*self._types, *self._attribute_types)
                )
        return None

    def _attribute_columns(self, data: bytes) -> dict[str, pa.Array]:
        """Returns the attributes of a block that Arrow takes, each parsed by itself."""
        found = {}
        types = list(self._attribute_types)
        for place, name in enumerate(self._attributes):
            for kind in dict.fromkeys((types[place], *_ATTRIBUTE_TYPES)):
                with contextlib.suppress(pa.ArrowInvalid):
                    found[name] = read_columns(data, (name,), (kind,))[name]
                    types[place] = kind
                    break
        self._attribute_types = tuple(types)
        return found

    def _mixed_columns(self, data: bytes, fields: Sequence[str]) -> dict[str, pa.Array]:
        """Returns fields that hold values of several types, line by line."""
        records = []
        for number, line in numbered_lines(data):
            text = decode(line)
            record: Any = {}
            with contextlib.suppress(ValueError):
                record = self._record(line, text)
            records.append((number, record, text))
        return rows_of_records(records, fields, len(records)).fields

    def _one_by_one(self, data: bytes, first_line: int) -> Rows:
        records = []
        rejects = []
        for number, line in numbered_lines(data):
            text = decode(line)
            place = first_line + number
            try:
                record = self._record(line, text)
            except ValueError as error:
                detail = f"is not JSON ({error})"
                rejects.append(Reject(place, NOT_JSON, detail, printable(text)))
                continue
            if not isinstance(record, dict):
                detail = "is JSON but not an object"
                rejects.append(Reject(place, NOT_JSON, detail, printable(text)))
                continue
            records.append((place, record, text))
        return rows_of_records(
            records, (*self._fields, *self._attributes), count_lines(data), rejects
        )

    def _record(self, line: bytes, text: str) -> Any:
        """Parses a line by itself; raises `ValueError` where it is not JSON.

        What Arrow reads and Python does not counts as read: as part of a larger block
        the line would have been.
        """
        try:
            return parse_json(text)
        except (ValueError, RecursionError) as error:
            is_deep = isinstance(error, RecursionError)
            if _is_whole(line.strip()) and (is_deep or _ODD_NUMBER.search(line)):
                columns = self._columns(line, is_plain=False)
                if columns is not None and len(columns[self._fields[0]]) == 1:
                    columns = {**self._attribute_columns(line), **columns}
                    return {name: value[0].as_py() for name, value in columns.items()}
            if is_deep:
                raise ValueError("it is nested too deeply") from error
            raise


def _plain_lines(data: bytes) -> int:
    """Returns the number of lines; 0 unless each is framed by braces, end to end."""
    if b"\r" in data:
        if data.count(b"\r") != data.count(b"}\r\n"):
            return 0
        data = data.replace(b"\r\n", b"\n")
    if not data.startswith(b"{") or not data.endswith((b"}", b"}\n")):
        return 0
    characters = np.frombuffer(data, np.uint8)
    breaks = np.flatnonzero(characters[:-1] == ord("\n"))
    ends, starts = characters[breaks - 1], characters[breaks + 1]
    is_plain = (ends == ord("}")).all() and (starts == ord("{")).all()
    return len(breaks) + 1 if is_plain else 0


def _is_whole(line: bytes) -> bool:
    return line.startswith(b"{") and line.endswith(b"}")


def _text_of(data: bytes) -> Callable[[Sequence[int]], list[str]]:
    """Returns a function that gives the text of lines by their index."""

    def text(indices: Sequence[int]) -> list[str]:
        if not len(indices):
            return []
        lines = [line for _, line in numbered_lines(data)]
        return [printable(decode(lines[index])) for index in indices]

    return text
