"""CSV and TSV with a header line.

Fields are always read as text: `007` is an id and not the number 7. Arrow parses a
block; where it finds a record that does not have the header's number of fields, or
bytes that are not UTF-8, the block is parsed record by record.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from pipeline.formats.lines import count_lines, decode, printable, rows_of_records
from pipeline.parse.rows import NOT_A_RECORD, Reject, Rows

# A field may be as long as a block.
csv.field_size_limit(2**31 - 1)


def parse_header(line: bytes, delimiter: str) -> list[str]:
    """Returns the column names of a header line, without its byte order mark."""
    text = decode(line.removeprefix(b"\xef\xbb\xbf")).rstrip("\r\n")
    return next(csv.reader([text], delimiter=delimiter), [])


@dataclass(frozen=True)
class Dialect:
    """How records are written.

    Attributes:
      delimiter: `,` or a tab.
      multiline: whether fields in quotes may hold line breaks; where not, a quote
        that its line does not close is only text.
    """

    delimiter: str
    multiline: bool = True


def parse_delimited(
    data: bytes, header: Sequence[str], fields: Sequence[str], dialect: Dialect
) -> Rows:
    """Parses a block of whole records.

    Args:
      data: records, without the header.
      header: the column names, in order; `fields` are among them.
      fields: the needed columns.
      dialect: how the records are written.
    """
    num_lines = count_lines(data)
    columns = _columns(data, header, fields, dialect)
    if columns is None:
        return _one_by_one(data, header, fields, dialect)
    num_rows = len(columns[fields[0]])
    if num_rows == num_lines:
        places = np.arange(num_rows)
    else:  # blank lines, or line breaks inside quotes
        records = _records(data, dialect)
        places = np.asarray([record.line for record in records], np.int64)
        if len(places) != num_rows:
            return _one_by_one(data, header, fields, dialect)
    if not dialect.multiline and _hold_line_break(columns):
        return _one_by_one(data, header, fields, dialect)
    return Rows(columns, places, _text_of(data, dialect), num_lines)


def _columns(
    data: bytes, header: Sequence[str], fields: Sequence[str], dialect: Dialect
) -> dict[str, pa.Array] | None:
    """Returns the needed columns; None where records must be looked at one by one."""
    if not data.strip():
        return {name: pa.nulls(0, pa.string()) for name in fields}
    if data.count(b"\r") != data.count(b"\r\n"):
        return None  # Arrow takes a carriage return alone for a line break.
    if not dialect.multiline and has_broken_quotes(data, dialect.delimiter):
        return None
    # By number: names may repeat, and may hold bytes that are no text to Arrow.
    numbers = [str(number) for number in range(len(header))]
    places = {name: str(header.index(name)) for name in fields}
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(data),
            read_options=pa_csv.ReadOptions(
                column_names=numbers, block_size=len(data) + 1, use_threads=False
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=dialect.delimiter, newlines_in_values=True
            ),
            convert_options=pa_csv.ConvertOptions(
                include_columns=list(places.values()),
                column_types=dict.fromkeys(places.values(), pa.string()),
            ),
        )
    except pa.ArrowInvalid:
        return None
    return {
        name: table.column(place).combine_chunks() for name, place in places.items()
    }


def _hold_line_break(columns: dict[str, pa.Array]) -> bool:
    found = (pc.any(pc.match_substring(c, "\n")).as_py() for c in columns.values())
    return any(found)


class _Record(NamedTuple):
    """A record: its first line, its values (None: not to be told apart), its text."""

    line: int
    values: list[str] | None
    text: str


def _records(data: bytes, dialect: Dialect) -> list[_Record]:
    """Returns the records that are not blank."""
    # Not str.splitlines, which breaks lines at more than line feeds.
    lines = [decode(line) for line in io.BytesIO(data)]
    split = _split_multiline if dialect.multiline else _split_lines
    return [r for r in split(lines, dialect.delimiter) if not _is_blank(r)]


def _is_blank(record: _Record) -> bool:
    values = record.values
    return values is not None and len(values) < 2 and not "".join(values).strip()


def _split_multiline(lines: Sequence[str], delimiter: str) -> Iterator[_Record]:
    reader = csv.reader(lines, delimiter=delimiter)
    first = 0
    while True:
        try:
            values: list[str] | None = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a carriage return outside quotes
            values = None
        text = "".join(lines[first : reader.line_num]).rstrip("\r\n")
        yield _Record(first, values, text)
        first = reader.line_num


def _split_lines(lines: Sequence[str], delimiter: str) -> Iterator[_Record]:
    for number, line in enumerate(lines):
        text = line.rstrip("\r\n")
        if text.count('"') % 2:
            yield _Record(number, text.split(delimiter), text)
        else:
            for record in _split_multiline([text], delimiter):
                yield record._replace(line=number)


def _one_by_one(
    data: bytes, header: Sequence[str], fields: Sequence[str], dialect: Dialect
) -> Rows:
    places = {name: list(header).index(name) for name in fields}
    records = []
    rejects = []
    for place, values, text in _records(data, dialect):
        if values is not None and len(values) == len(header):
            record = {name: values[index] for name, index in places.items()}
            records.append((place, record, text))
            continue
        if values is None:
            detail = "has a carriage return outside quotes"
        else:
            detail = f"has {len(values)} fields, the header has {len(header)}"
        rejects.append(Reject(place, NOT_A_RECORD, detail, printable(text)))
    return rows_of_records(records, fields, count_lines(data), rejects)


def _text_of(data: bytes, dialect: Dialect) -> Callable[[Sequence[int]], list[str]]:
    """Returns a function that gives the text of records by their index."""

    def text(indices: Sequence[int]) -> list[str]:
        if not len(indices):
            return []
        records = _records(data, dialect)
        return [printable(records[index].text) for index in indices]

    return text


def has_broken_quotes(data: bytes, delimiter: str) -> bool:
    """Whether some line of a block may open a quote that it does not close.

    Such a line holds a line break inside quotes, at which a file must not be cut.
    """
    if b'"' not in data:
        return False
    if any(line.count(b'"') % 2 for line in io.BytesIO(data)):
        return True
    # Of the quotes of a line every other one opens a field, or stands for a quote in
    # one, unless there are quotes inside of fields that do not begin with one.
    characters = np.frombuffer(data, np.uint8)
    openers = np.flatnonzero(characters == ord('"'))[::2]
    before = characters[openers[openers > 0] - 1]
    if np.isin(before, np.frombuffer(f'\n"{delimiter}'.encode(), np.uint8)).all():
        return False
    lines = [decode(line).replace("\r", "") for line in io.BytesIO(data)]
    # An open quote would take in the line that is added.
    records = csv.reader([*lines, "end"], delimiter=delimiter)
    return sum(1 for _ in records) <= len(lines)
