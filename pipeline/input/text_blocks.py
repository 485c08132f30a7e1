"""Text files in blocks of whole records: ranges of bytes, or one after the other."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from pipeline.formats.delimited import has_broken_quotes, record_ends
from pipeline.formats.lines import decode
from pipeline.formats.long_lines import LONGEST_LINE_BYTES
from pipeline.storage.files import open_raw, read_line, skip_line
from schemas.errors import UserError

# A record longer than this is none: it began with a quote that nothing closes.
_LONGEST_RECORD_BYTES = 16 << 20


def read_range(
    path: str, start: int, stop: int, longest: int = LONGEST_LINE_BYTES
) -> tuple[int, bytes]:
    """Reads the lines that start in a range of a file that is not compressed.

    Args:
      path: the file.
      start: the first byte; the line that runs across it belongs to the range before.
      stop: the byte after the last.
      longest: the most bytes of a line; of a longer one only its start is read.

    Returns:
      The byte at which the first line starts, and whole lines.

    Raises:
      UserError: the file can't be read, or ends before `stop`.
    """
    with open_raw(path) as stream:
        first = start
        if start:
            # From the byte before, so that a line which starts at `start` is kept.
            stream.seek(start - 1)
            first = start - 1 + skip_line(stream, stop - start + 1)
        data = stream.read(stop - first) if first < stop else b""
        if first + len(data) < stop:
            raise UserError(
                f"{path} ends at byte {first + len(data):,}, and had more when it was "
                "listed; run again when nothing writes to it any more."
            )
        if data and not data.endswith(b"\n"):
            last_line = len(data) - data.rfind(b"\n") - 1
            data += read_line(stream, longest + 1 - last_line)
        return first, data


def read_blocks(
    stream: BinaryIO,
    path: str,
    block_bytes: int,
    delimiter: str | None,
    longest: int = LONGEST_LINE_BYTES,
) -> Iterator[tuple[int, bytes]]:
    """Reads a stream to its end in blocks of whole records.

    Args:
      stream: an open file.
      path: its name, for messages.
      block_bytes: about how much to hand over at a time.
      delimiter: of a file whose quotes may hold line breaks; None where every line
        is a record.
      longest: the most bytes of a line; of a longer one only its start is handed over.

    Yields:
      The byte at which a block starts, counted from the stream's position, and the
      block.

    Raises:
      UserError: a quote is never closed.
    """
    start = 0
    rest = b""
    while chunk := stream.read(block_bytes):
        data = rest + chunk
        cut = _last_record_end(data, delimiter)
        if cut:
            yield start, data[:cut]
            start += cut
        rest = data[cut:]
        if len(rest) > longest and b"\n" not in rest:
            yield start, rest[: longest + 1]
            start += len(rest) + skip_line(stream)
            rest = b""
        if delimiter is not None and len(rest) > _LONGEST_RECORD_BYTES + block_bytes:
            raise UserError(
                f"{path} has a quote after byte {start} that is not closed for "
                f"{len(rest):,} bytes; close it, or give --quoted_line_breaks no where "
                "such quotes are only text."
            )
    if rest:
        yield start, rest


def _last_record_end(data: bytes, delimiter: str | None) -> int:
    """Returns the byte after the last record that certainly ends in `data`."""
    cut = data.rfind(b"\n") + 1
    if delimiter is None or not has_broken_quotes(data[:cut], delimiter):
        return cut
    lines = list(io.BytesIO(data[:cut]))
    complete = 0
    for end, _ in record_ends(map(decode, lines), delimiter):
        # The last record may only seem to end, where the data does.
        if end < len(lines):
            complete = end
    return sum(map(len, lines[:complete]))
