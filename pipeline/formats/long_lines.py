"""Lines that are too long to be rows, so that no file takes the memory.

A file without line breaks, such as a disk image or a dump of one document, is one line.
What is read of such a line is cut, and it is refused whatever it holds.
"""

from collections.abc import Iterator, Sequence

from pipeline.formats.lines import decode, printable, rows_of_records
from pipeline.parse.rows import Reject, Rows

# Of a line, with its line break.
LONGEST_LINE_BYTES = 16 << 20
# Enough to know the line by.
_SHOWN_BYTES = 1000


def split_at_long_lines(
    data: bytes, longest: int = LONGEST_LINE_BYTES
) -> Iterator[tuple[bytes, bool]]:
    """Yields runs of lines that are short enough, and each longer line by itself.

    Args:
      data: whole lines; of a longer one at the end, its start will do.
      longest: the most bytes of a line.

    Yields:
      Parts of `data`, in order, and whether a part is a line that is too long.
    """
    start = at = 0
    while len(data) - at > longest:
        # All lines that end in as many bytes as a line may have are short enough.
        short = data.rfind(b"\n", at, at + longest) + 1
        if short:
            at = short
            continue
        if start < at:
            yield data[start:at], False
        end = data.find(b"\n", at + longest) + 1 or len(data)
        yield data[at:end], True
        start = at = end
    if start < len(data) or not data:
        yield data[start:], False


def refused_line(line: bytes, fields: Sequence[str], reason: str) -> Rows:
    """Returns the rows of a line that is too long: one reject.

    Args:
      line: the line, or its start.
      fields: the needed fields.
      reason: one of `REASONS`.
    """
    detail = f"is a line of more than {LONGEST_LINE_BYTES:,} bytes"
    text = f"{printable(decode(line[:_SHOWN_BYTES]))}..."
    return rows_of_records([], fields, 1, [Reject(0, reason, detail, text)])
