"""A range of a file as blocks of rows, whatever its format."""

import csv
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.formats.delimited import (
    Dialect,
    StrayQuoteError,
    has_broken_quotes,
    is_open,
    parse_delimited,
    parse_header,
)
from pipeline.formats.documents import parse_array, parse_columns
from pipeline.formats.first_bytes import NUM_BYTES, check_is_text
from pipeline.formats.json_lines import JsonLinesParser
from pipeline.formats.long_lines import (
    LONGEST_LINE_BYTES,
    refused_line,
    split_at_long_lines,
)
from pipeline.formats.needed_fields import check_fields
from pipeline.formats.parquet import first_row, open_parquet, parse_row_group
from pipeline.input.first_rows import check_first_rows
from pipeline.input.input_files import DELIMITERS, FileRange, read_start
from pipeline.input.text_blocks import read_blocks, read_range
from pipeline.options import BLOCK_BYTES, ReadOptions
from pipeline.parse.rows import NOT_A_RECORD, NOT_JSON, Rows
from pipeline.storage.files import is_compressed, open_raw, open_text, read_line
from schemas.errors import UserError

# A document is held whole, and its values take some ten times its bytes; so would those
# of a small gzip file that unpacks without end.
LARGEST_DOCUMENT_BYTES = 512 << 20

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


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
        return iter([_nothing]), lambda _: _row_groups(part, options)
    if not part.start:
        start = read_start(part.path)
        check_is_text(start[:NUM_BYTES], part.path, is_compressed(part.path))
        if part.format == "jsonl":
            schema = options.schema
            needed = schema.user, schema.item, schema.date
            check_first_rows(start, needed, part.path)
    if part.format in ("json", "columns"):
        return iter([_nothing]), lambda _: _document(part, options)
    if part.format == "jsonl":
        return _json_lines(part, options)
    return _delimited(part, options)


def _row_groups(part: FileRange, options: ReadOptions) -> Iterator[RowBlock]:
    """Yields a block for each row group of a range."""
    stop = part.start + 1 if part.stop is None else part.stop
    with open_raw(part.path) as stream:
        file = open_parquet(stream, part.path)
        start = first_row(file, part.start, part.path)
        for group in range(part.start, stop):
            rows = parse_row_group(
                file, group, options.fields, part.path, options.attributes
            )
            yield RowBlock(start, rows, rows.num_lines)
            start += rows.num_lines


def _document(part: FileRange, options: ReadOptions) -> Iterator[RowBlock]:
    with open_text(part.path) as stream:
        data = stream.read(LARGEST_DOCUMENT_BYTES + 1)
    if len(data) > LARGEST_DOCUMENT_BYTES:
        raise UserError(
            f"{part.path} is one JSON document of more than "
            f"{LARGEST_DOCUMENT_BYTES >> 20} MB, which would be held in memory whole; "
            "save it as JSON lines, one record a line."
        )
    data = data.removeprefix(_BYTE_ORDER_MARK)
    if part.format == "json":
        rows = parse_array(data, options.fields, part.path)
    else:
        rows = parse_columns(data, options.fields, part.path, options.attributes)
    yield RowBlock(0, rows, rows.num_lines)


def _json_lines(
    part: FileRange, options: ReadOptions
) -> tuple[Iterator[RawBlock], Callable[[RawBlock], Iterator[RowBlock]]]:
    parser = JsonLinesParser(
        options.judged_fields, options.schema.numeric, options.attributes
    )

    def parse(block: RawBlock) -> Iterator[RowBlock]:
        start, data = block()
        if not data:  # one line runs across the whole block
            return
        lines = 0
        pieces: list[Rows] = []
        for text, is_long in split_at_long_lines(data):
            if is_long:
                found = [refused_line(text, options.fields, NOT_JSON)]
            else:
                found = list(parser.parse(text))
            for rows in found:
                pieces.append(rows.after(lines) if lines else rows)
            lines += sum(rows.num_lines for rows in found)
        yield from _one_block(start, pieces, lines)

    return _text_blocks(part, None), parse


def _delimited(
    part: FileRange, options: ReadOptions
) -> tuple[Iterator[RawBlock], Callable[[RawBlock], Iterator[RowBlock]]]:
    delimiter = DELIMITERS[part.format]
    with open_text(part.path) as stream:
        line = read_line(stream, LONGEST_LINE_BYTES + 1)
    header_line = line.removeprefix(_BYTE_ORDER_MARK)
    if not header_line:
        return iter([]), lambda _: iter([])
    if len(line) > LONGEST_LINE_BYTES:
        raise UserError(
            f"{part.path} has a line of more than {LONGEST_LINE_BYTES:,} bytes where "
            "its header should be; check that it is what its name says."
        )
    header = _header(header_line, delimiter, part.path)
    check_fields(options.fields, header, part.path, options.attributes, is_header=True)
    dialect = Dialect(
        delimiter,
        multiline=options.quoted_line_breaks != "no",
        refuses=options.quoted_line_breaks != "auto",
    )
    breaks = delimiter if dialect.multiline else None
    if breaks and is_open(header_line, breaks):
        raise UserError(
            f"{part.path} has a quote in its header that the line does not close; "
            "close it, or give --quoted_line_breaks no where such quotes are only text."
        )

    def parse(block: RawBlock) -> Iterator[RowBlock]:
        start, data = block()
        if not data:  # one line runs across the whole block
            return
        if part.stop is not None and breaks and has_broken_quotes(data, breaks):
            raise UserError(
                f"{part.path} has a line break inside quotes after byte {start}, so it "
                "can't be cut into ranges; give --quoted_line_breaks yes (or no, where "
                "such quotes are only text)."
            )
        is_first = start == 0
        lines = 1 if is_first else 0
        pieces: list[Rows] = []
        for text, is_long in split_at_long_lines(
            data[len(header_line) :] if is_first else data
        ):
            if is_long and dialect.multiline:
                raise UserError(
                    f"{part.path} has a line of more than {LONGEST_LINE_BYTES:,} bytes "
                    f"after byte {start}; take it out, or give --quoted_line_breaks "
                    "no, which refuses that line alone."
                )
            if is_long:
                rows = refused_line(text, options.fields, NOT_A_RECORD)
            else:
                try:
                    rows = parse_delimited(text, header, options.fields, dialect)
                except StrayQuoteError as error:
                    at = start + error.at + (len(header_line) if is_first else 0)
                    raise UserError(
                        f"{part.path} has a quote after byte {at} that takes in the "
                        "lines behind it and is not closed at the end of a field; give "
                        "--quoted_line_breaks no where such quotes are only text (or "
                        "yes, which refuses those lines)."
                    ) from error
            pieces.append(rows.after(lines) if lines else rows)
            lines += rows.num_lines
        yield from _one_block(start, pieces, lines)

    return _text_blocks(part, breaks), parse


def _one_block(start: int, pieces: Sequence[Rows], lines: int) -> Iterator[RowBlock]:
    """Yields the pieces of a block, whose places count from its first line."""
    for rows in pieces:
        yield RowBlock(start, rows, lines if rows is pieces[-1] else 0)


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
