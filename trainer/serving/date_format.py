"""The dates that serving understands: one grammar for Python and for the graph.

    2016-04-20
    2016-04-20T10:30      2016-04-20 10:30:55      2016-04-20T10:30:55.123
    2016-04-20T10:30Z     2016-04-20T10:30+02:00   (also +0200 and +02)

A date without a time is its midnight, a time without an offset is UTC. Anything else,
spaces around included, is no date.
"""

import calendar
import re

DATE = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_HOUR = r"(?:[01][0-9]|2[0-3])"
_SIXTY = r"[0-5][0-9]"

# Groups: 1 date, 2 hour and minute, 3 second, 4 fraction of a second, 5 sign and hour
# of the offset, 6 its minute. Written in what Python's `re` and TensorFlow's RE2 share;
# `\d` is not part of it, since in Python it takes every script's digits.
PATTERN = (
    rf"({DATE})(?:[T ]({_HOUR}:{_SIXTY})(?::({_SIXTY})(?:\.([0-9]{{1,9}}))?)?"
    rf"(?:Z|([+-]{_HOUR})(?::?({_SIXTY}))?)?)?"
)
EXAMPLES = "2016-04-20 or 2016-04-20T10:30:55"

_FULL = re.compile(PATTERN)
# The longest date that a ':' follows: 10:30:55 is read with its seconds.
_DATE_THEN_ITEM = re.compile(rf"({PATTERN}):(.*)", re.DOTALL)


def is_date(text: str) -> bool:
    """Returns whether the exported model takes `text` as a date or date-time."""
    match = _FULL.fullmatch(text)
    return match is not None and _is_in_calendar(match[1])


def split_event(text: str) -> tuple[str, str] | None:
    """Splits `DATE:ITEM`, either of which may contain colons.

    Returns:
      The date as written and the item, or None where `text` does not start with a
      valid date and a colon.
    """
    match = _DATE_THEN_ITEM.fullmatch(text)
    if match is None or not is_date(match[1]):
        return None
    return match[1], match[match.re.groups]


def _is_in_calendar(date: str) -> bool:
    year, month, day = (int(part) for part in date.split("-"))
    return year >= 1 and day <= calendar.monthrange(year, month)[1]
