"""What the first rows of JSON lines say against the fields that are needed.

A header says so of other formats. That a field is missing from all rows would show at
the end, too, as rows refused by the million; this says it at once.
"""

from collections.abc import Sequence

from pipeline.formats.needed_fields import check_fields
from schemas.json_values import parse_json

# So many rows without a needed field are no accident. They are the first of a file,
# so that the outcome does not depend on how it is cut.
FEWEST_TELLING_ROWS = 100


def check_first_rows(start: bytes, fields: Sequence[str], path: str) -> None:
    """Looks at the start of a file of JSON lines.

    Args:
      start: its first megabyte.
      fields: those without which no row can be accepted.
      path: where it is, for the message.

    Raises:
      UserError: there are `FEWEST_TELLING_ROWS` objects or more, and none has one of
        the fields.
    """
    first: list[str] = []
    missing = set(fields)
    num_rows = 0
    for line in start.split(b"\n"):
        try:
            row = parse_json(line)
        except (ValueError, RecursionError):
            continue
        if not isinstance(row, dict):
            continue
        first = first or list(row)
        missing -= row.keys()
        num_rows += 1
        if not missing:
            return
    if num_rows >= FEWEST_TELLING_ROWS:
        check_fields([name for name in fields if name in missing], first, path)
