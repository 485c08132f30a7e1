"""A range of a file as blocks of rows, whatever its format."""

import csv
import functools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.formats.delimited import (
    Dialect,
    has_broken_quotes,
    parse_delimited,
    parse_header,
)
from pipeline.formats.documents import check_fields, parse_array, parse_columns
from pipeline.formats.json_lines import JsonLinesParser
from pipeline.formats.parquet import open_parquet, parse_row_group
from pipeline.input_files import DELIMITERS, FileRange
from pipeline.options import BLOCK_BYTES, ReadOptions
from pipeline.parse.rows import Rows
from pipeline.storage import open_raw, open_text, read_line
from pipeline.text_blocks import read_blocks, read_range
from schemas.errors import UserError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# So many rows without a needed field are no accident.
_TELLING_ROWS = 100


@dataclass(frozen=True)
class RowBlock:
    """Rows that were read at once.

    Attributes:
      start: where the block starts in its file: the byte, or the row. A row's position
        is this plus its place in the block; positions grow with the rows of a file,
        however the file is cut.
      rows: the rows, or one piece of them.
      places: how many places (lines or rows) the block has; 0 for all of its pieces
        but the last.
    """

    start: int
    rows: Rows
    places: int


# Gives where a block starts, and its whole lines; nothing for what is parsed as it is
# read. Blocks of files that can be cut are read when they are parsed, at once.
RawBlock = Callable[[], tuple[int, bytes]]


def row_blocks(part: FileRange, options: ReadOptions) -> Iterator[RowBlock]:
    """Reads a range of a file.

    Raises:
      UserError: the file can't be read, is damaged, or lacks a needed field.
    """
    blocks, parse = raw_blocks(part, options)
    for block in blocks:
        yield from parse(block)


def raw_blocks(
    part: FileRange, options: ReadOptions
) -> tuple[Iterator[RawBlock], Callable[[RawBlock], Iterator[RowBlock]]]:
    """Returns the blocks of a range, and what makes rows of one.

    Blocks are made one after the other; rows of several may be made at once.

    Raises:
      UserError: as `row_blocks`, there or when blocks or rows are made.
    """
    if part.format == "parquet":
        return iter([_nothing]), lambda _: _row_group(part, options)
    if part.format in ("json", "columns"):
        return iter([_nothing]), lambda _: _document(part, options)
    if part.format == "jsonl":
        return _json_lines(part, options)
    return _delimited(part, options)


def _row_group(part: FileRange, options: ReadOptions) -> Iterator[RowBlock]:
    with open_raw(part.path) as stream:
        file = open_parquet(stream, part.path)
        sizes = [file.metadata.row_group(i).num_rows for i in range(part.start)]
        rows = parse_row_group(file, part.start, options.fields, part.path)
    yield RowBlock(sum(sizes), rows, rows.num_lines)


def _document(part: FileRange, options: ReadOptions) -> Iterator[RowBlock]:
    with open_text(part.path) as stream:
        data = stream.read().removeprefix(_BYTE_ORDER_MARK)
    parse = parse_array if part.format == "json" else parse_columns
    rows = parse(data, options.fields, part.path)
    yield RowBlock(0, rows, rows.num_lines)


def _json_lines(
    part: FileRange, options: ReadOptions
) -> tuple[Iterator[RawBlock], Callable[[RawBlock], Iterator[RowBlock]]]:
    parser = JsonLinesParser(options.fields, options.schema.numeric)

    def parse(block: RawBlock) -> Iterator[RowBlock]:
        start, data = block()
        if not data:  # one line runs across the whole block
            return
        pieces = list(parser.parse(data))
        lines = sum(rows.num_lines for rows in pieces)
        for rows in pieces:
            _check_not_absent(rows, options, part.path)
            yield RowBlock(start, rows, lines if rows is pieces[-1] else 0)

    return _text_blocks(part, None), parse


def _check_not_absent(rows: Rows, options: ReadOptions, path: str) -> None:
    """Raises `UserError` where no row of many has one of the needed fields."""
    schema = options.schema
    if len(rows) < _TELLING_ROWS:
        return
    for name in (schema.user, schema.item, schema.date):
        if rows.fields[name].null_count == len(rows) and not rows.wrong.get(name):
            check_fields([name], list(json.loads(rows.text([0])[0])), path)


def _delimited(
    part: FileRange, options: ReadOptions
) -> tuple[Iterator[RawBlock], Callable[[RawBlock], Iterator[RowBlock]]]:
    delimiter = DELIMITERS[part.format]
    with open_text(part.path) as stream:
        header_line = read_line(stream).removeprefix(_BYTE_ORDER_MARK)
    if not header_line:
        return iter([]), lambda _: iter([])
    header = _header(header_line, delimiter, part.path)
    check_fields(options.fields, header, part.path)
    dialect = Dialect(delimiter, multiline=options.quoted_line_breaks != "no")
    breaks = delimiter if dialect.multiline else None

    def parse(block: RawBlock) -> Iterator[RowBlock]:
        start, data = block()
        if not data:  # one line runs across the whole block
            return
        if part.stop is not None and breaks and has_broken_quotes(data):
            raise UserError(
                f"{part.path} has a line break inside quotes after byte {start}, so it "
                "can't be cut into ranges; give --quoted_line_breaks yes (or no, where "
                "such quotes are only text)."
            )
        is_first = start == 0
        body = data[len(header_line) :] if is_first else data
        rows = parse_delimited(body, header, options.fields, dialect)
        rows = rows.after(1) if is_first else rows
        yield RowBlock(start, rows, rows.num_lines)

    return _text_blocks(part, breaks), parse


def _header(line: bytes, delimiter: str, path: str) -> list[str]:
    try:
        header = parse_header(line, delimiter)
    except csv.Error as error:
        raise UserError(
            f"{path} has carriage returns alone as line breaks; convert them first, "
            "for instance with: tr '\\r' '\\n'"
        ) from error
    if not header:
        raise UserError(
            f"{path} has a blank line where its header should be; remove the line."
        )
    return header


def _nothing() -> tuple[int, bytes]:
    return 0, b""


def _text_blocks(part: FileRange, delimiter: str | None) -> Iterator[RawBlock]:
    """Yields blocks of text, without a byte order mark."""
    if part.stop is None:
        for start, data in _stream_blocks(part.path, delimiter):
            yield functools.partial(_without_mark, start, data)
        return
    for start in range(part.start, part.stop, BLOCK_BYTES):
        stop = min(start + BLOCK_BYTES, part.stop)
        yield functools.partial(_read_block, part.path, start, stop)


def _read_block(path: str, start: int, stop: int) -> tuple[int, bytes]:
    return _without_mark(*read_range(path, start, stop))


def _without_mark(start: int, data: bytes) -> tuple[int, bytes]:
    return start, data if start else data.removeprefix(_BYTE_ORDER_MARK)


def _stream_blocks(path: str, delimiter: str | None) -> Iterator[tuple[int, bytes]]:
    with open_text(path) as stream:
        yield from read_blocks(stream, path, BLOCK_BYTES, delimiter)
