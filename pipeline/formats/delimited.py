"""CSV and TSV with a header line.

Fields are always read as text: `007` is an id and not the number 7. Arrow parses a
block; where it finds a record that does not have the header's number of fields, or
bytes that are not UTF-8, the block is parsed record by record.
"""

import csv
import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
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
      refuses: whether the lines that a stray quote joins are refused; where not, they
        raise `StrayQuoteError`.
    """

    delimiter: str
    multiline: bool = True
    refuses: bool = True


class StrayQuoteError(ValueError):
    """A quote joins lines, and is not closed at the end of a field.

    Attributes:
      at: the byte of the block at which the first of the lines starts.
    """

    def __init__(self, at: int) -> None:
        """Sets where the lines start."""
        super().__init__(f"a quote joins lines after byte {at}")
        self.at = at


def parse_delimited(
    data: bytes, header: Sequence[str], fields: Sequence[str], dialect: Dialect
) -> Rows:
    """Parses a block of whole records.

    Args:
      data: records, without the header.
      header: the column names, in order; `fields` are among them.
      fields: the needed columns.
      dialect: how the records are written.

    Raises:
      StrayQuoteError: see `Dialect`.
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
        is_read = all(record.values is not None for record in records)
        if len(places) != num_rows or not is_read:
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
    """A record.

    Attributes:
      line: its first line.
      values: None where they can't be told apart.
      text: its lines.
      wrong: why they can't be told apart.
      is_joined: whether it is one of the lines that a stray quote joins.
    """

    line: int
    values: list[str] | None
    text: str
    wrong: str = ""
    is_joined: bool = False


def _records(data: bytes, dialect: Dialect) -> list[_Record]:
    """Returns the records that are not blank."""
    # Not str.splitlines, which breaks lines at more than line feeds.
    lines = [decode(line) for line in io.BytesIO(data)]
    split = _split_multiline if dialect.multiline else _split_lines
    records = [r for r in split(lines, dialect.delimiter) if not _is_blank(r)]
    joined = next((record.line for record in records if record.is_joined), None)
    if joined is not None and not dialect.refuses:
        before = itertools.islice(io.BytesIO(data), joined)
        raise StrayQuoteError(sum(map(len, before)))
    return records


def _is_blank(record: _Record) -> bool:
    values = record.values
    if values is None:
        return not record.text.strip()
    return len(values) < 2 and not "".join(values).strip()


def _split_multiline(lines: Sequence[str], delimiter: str) -> Iterator[_Record]:
    """Yields records, and each line by itself where a stray quote joins several.

    In text that nobody has quoted, a field that begins with a quote would take in all
    up to the next one, and make one row of parts of two. Such a quote does not stand
    at the end of a field; of a field that holds line breaks the last one does.
    """
    # Most blocks have no stray quote, and are read strictly at once.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    is_strict = True
    try:
        ends = [(reader.line_num, values) for values in reader]
    except csv.Error:
        ends = list(record_ends(lines, delimiter))
        is_strict = False
    first = 0
    for last, values in ends:
        part = lines[first:last]
        text = "".join(part).rstrip("\r\n")
        if is_strict:
            yield _Record(first, values, text)
        elif len(part) > 1:
            record = _Record(first, _values(part, delimiter, strict=True), text)
            if record.values is None:
                wrong = f"is one of {len(part)} lines that a stray quote joins"
                for number, line in enumerate(part, start=first):
                    yield _Record(number, None, line.rstrip("\r\n"), wrong, True)
            else:
                yield record
        elif "\r" in text:
            wrong = "has a carriage return outside quotes"
            yield _Record(first, _values(part, delimiter), text, wrong)
        else:
            yield _Record(first, values, text)
        first = last


def record_ends(
    lines: Iterable[str], delimiter: str
) -> Iterator[tuple[int, list[str]]]:
    """Yields of each record the number of the line behind it, and about its values.

    Blocks are cut by this and read by this, so that cuts do not change the records.
    """
    # Without carriage returns, which the reader refuses where they stand alone.
    bare = (line.replace("\r", "") for line in lines)
    reader = csv.reader(bare, delimiter=delimiter)
    for values in reader:
        yield reader.line_num, values


def _values(
    lines: Sequence[str], delimiter: str, strict: bool = False
) -> list[str] | None:
    """Returns the values of one record; None where they can't be told apart."""
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=strict))
    except csv.Error:
        return None


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
    for place, values, text, wrong, _ in _records(data, dialect):
        if values is not None and len(values) == len(header):
            record = {name: values[index] for name, index in places.items()}
            records.append((place, record, text))
            continue
        detail = wrong
        if values is not None:
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
    return is_open(data, delimiter)


def is_open(data: bytes, delimiter: str) -> bool:
    """Whether some line of a block opens a quote that it does not close."""
    lines = [decode(line) for line in io.BytesIO(data)]
    # An open quote would take in the line that is added.
    records = record_ends([*lines, "end"], delimiter)
    return sum(1 for _ in records) <= len(lines)
