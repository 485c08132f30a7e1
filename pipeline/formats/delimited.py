"""CSV and TSV with a header line.

Fields are always read as text: `007` is an id and not the number 7. Arrow parses a
block; where it finds a record that does not have the header's number of fields, or
bytes that are not UTF-8, the block is parsed record by record.
"""

import csv
import io
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from pipeline.formats.lines import count_lines, decode, printable, rows_of_records
from pipeline.parse.rows import NOT_A_RECORD, Reject, Rows

# A field may be as long as a block.
csv.field_size_limit(2**31 - 1)


def parse_header(line: bytes, delimiter: str) -> list[str]:
    """Returns the column names of a header line, without its byte order mark."""
    text = decode(line.removeprefix(b"\xef\xbb\xbf")).rstrip("\r\n")
    return next(csv.reader([text], delimiter=delimiter), [])


def parse_delimited(
    data: bytes, header: Sequence[str], fields: Sequence[str], delimiter: str
) -> Rows:
    """Parses a block of whole records.

    Args:
      data: records, without the header.
      header: the column names, in order; `fields` are among them.
      fields: the needed columns.
      delimiter: `,` or a tab.
    """
    num_lines = count_lines(data)
    columns = _columns(data, header, fields, delimiter)
    if columns is None:
        return _one_by_one(data, header, fields, delimiter)
    num_rows = len(columns[fields[0]])
    if num_rows == num_lines:
        places = np.arange(num_rows)
    else:  # blank lines, or line breaks inside quotes
        records = _records(data, delimiter)
        places = np.asarray([place for place, _, _ in records], np.int64)
        if len(places) != num_rows:
            return _one_by_one(data, header, fields, delimiter)
    return Rows(columns, places, _text_of(data, delimiter), num_lines)


def _columns(
    data: bytes, header: Sequence[str], fields: Sequence[str], delimiter: str
) -> dict[str, pa.Array] | None:
    """Returns the needed columns; None where a record does not fit the header."""
    if not data.strip():
        return {name: pa.nulls(0, pa.string()) for name in fields}
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(data),
            read_options=pa_csv.ReadOptions(
                column_names=list(header), block_size=len(data) + 1, use_threads=False
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True
            ),
            convert_options=pa_csv.ConvertOptions(
                include_columns=list(fields),
                column_types=dict.fromkeys(fields, pa.string()),
            ),
        )
    except pa.ArrowInvalid:
        return None
    return {name: table.column(name).combine_chunks() for name in fields}


def _records(data: bytes, delimiter: str) -> list[tuple[int, list[str], str]]:
    """Returns first line, values and text of each record that is not blank."""
    lines = decode(data).split("\n")
    if lines and not lines[-1]:
        lines.pop()
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter)
    records = []
    first = 0
    for values in reader:
        if values and not (len(values) == 1 and not values[0].strip()):
            text = "\n".join(lines[first : reader.line_num]).rstrip("\r")
            records.append((first, values, text))
        first = reader.line_num
    return records


def _one_by_one(
    data: bytes, header: Sequence[str], fields: Sequence[str], delimiter: str
) -> Rows:
    places = {name: list(header).index(name) for name in fields}
    records = []
    rejects = []
    for place, values, text in _records(data, delimiter):
        if len(values) == len(header):
            record = {name: values[index] for name, index in places.items()}
            records.append((place, record, text))
        else:
            detail = f"has {len(values)} fields, the header has {len(header)}"
            rejects.append(Reject(place, NOT_A_RECORD, detail, printable(text)))
    return rows_of_records(records, fields, count_lines(data), rejects)


def _text_of(data: bytes, delimiter: str) -> Callable[[Sequence[int]], list[str]]:
    """Returns a function that gives the text of records by their index."""

    def text(indices: Sequence[int]) -> list[str]:
        if not len(indices):
            return []
        records = _records(data, delimiter)
        return [printable(records[index][2]) for index in indices]

    return text


def has_broken_quotes(data: bytes) -> bool:
    """Whether some line of a block opens a quote that it does not close.

    Such a line holds a line break inside quotes, at which a file must not be cut.
    """
    if b'"' not in data:
        return False
    return any(line.count(b'"') % 2 for line in io.BytesIO(data))
