"""A log whose rows would show a difference of locale, time zone, order or encoding."""

import json
import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

LATEST_DATE = "2018-01-08"
NUM_ROWS = 3_000

# Names of fields that are no ASCII, and formats that are tried one after the other.
SCHEMA = """
feature { name: "müşteri" type: BYTES annotation { tag: "user" } }
feature { name: "ürün" type: BYTES annotation { tag: "item" } }
feature {
  name: "gün"
  type: BYTES
  time_domain { string_format: "%B %d, %Y" }
  annotation {
    tag: "date"
    tag: "date_format:%A %d %b %Y %I:%M %p"
    tag: "date_format:iso"
    tag: "date_format:unix"
  }
}
"""

_FILES = ("b-10.jsonl", "b-9.jsonl", "B.jsonl", "a.jsonl", "é.jsonl", "İ.jsonl")
_USERS = "iI\u0131İß"
_ITEMS = (
    *("i", "I", "\u0131", "İ", "é", "e\u0301", "ß", "ss"),
    *("10", "9", "1,5", "名", "a b"),
)
_FIRST = datetime(2014, 1, 1, tzinfo=UTC)
# Around midnight in UTC and in zones on both sides of it, in seconds.
_TIMES = (0, 1, 7 * 3600, 10 * 3600, 14 * 3600, 86_399)
_BAD_DATES = ("März 3, 2016", "Nisan 20, 2016", "20,5", "tomorrow", "", None)

# Not by strftime, whose names are those of the locale.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
_WEEKDAYS = (
    *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)


def _us(moment: datetime) -> str:
    return f"{_MONTHS[moment.month - 1]} {moment.day}, {moment.year}"


def _with_names(moment: datetime) -> str:
    return (
        f"{_WEEKDAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1][:3]} "
        f"{moment.year} {(moment.hour - 1) % 12 + 1:02}:{moment.minute:02} "
        f"{'AM' if moment.hour < 12 else 'PM'}"
    )


def _far_east(moment: datetime) -> str:
    local = moment + timedelta(hours=14)
    return f"{local.replace(tzinfo=None).isoformat()}+14:00"


_WRITERS: tuple[Callable[[datetime], str], ...] = (
    _us,
    _with_names,
    datetime.isoformat,
    _far_east,
    lambda moment: str(int(moment.timestamp())),
    lambda moment: str(int(moment.timestamp()) * 1_000),
)


def write_files(folder: Path, in_order: Callable[[list[str]], Iterable[str]]) -> int:
    """Writes the schema and the log's files.

    Args:
      folder: where; made here. The files are in `log`, the schema is beside it.
      in_order: puts their names into the order in which they are written.

    Returns:
      How many rows have a date that is none.
    """
    draw = random.Random(11)
    rows = [_row(draw) for _ in range(NUM_ROWS)]
    size = NUM_ROWS // len(_FILES)
    files = {
        name: rows[place * size : (place + 1) * size]
        for place, name in enumerate(_FILES)
    }
    log = folder / "log"
    log.mkdir(parents=True)
    (folder / "schema.pbtxt").write_text(SCHEMA, encoding="utf-8")
    for name in in_order(list(_FILES)):
        lines = "".join(line for line, _ in files[name])
        (log / name).write_bytes(lines.encode())
    return sum(is_bad for _, is_bad in rows)


def _row(draw: random.Random) -> tuple[str, bool]:
    """Draws a line, and whether its date is none."""
    # Few days, so that events of a user have one day, and one moment, often.
    day = _FIRST + timedelta(days=draw.randrange(900) // 30 * 30)
    moment = day + timedelta(seconds=draw.choice(_TIMES))
    is_bad = draw.random() < 0.02
    row = {
        "müşteri": f"{draw.choice(_USERS)}{draw.randrange(40)}",
        "ürün": f"{draw.choice(_ITEMS)}{draw.randrange(9) or ''}",
        "gün": draw.choice(_BAD_DATES) if is_bad else draw.choice(_WRITERS)(moment),
    }
    return json.dumps(row, ensure_ascii=draw.random() < 0.5) + "\n", is_bad
