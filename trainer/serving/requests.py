"""Histories as the command line and files hold them."""

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

from schemas.errors import UsageError, UserError
from schemas.json_values import json_text, parse_json
from trainer.serving import date_format

HISTORY_FORM = "2016-04-20:2260466,2017-01-02:153475"
LINE_FORM = (
    '{"user_id": "u1", "history": [["2016-04-20", "2260466"], ["2017-01-02", '
    '"153475"]], "as_of": "2017-01-09"}'
)


# Half a million events; what is longer is no line of this form, and memory would pay.
LONGEST_LINE_BYTES = 16 << 20
_SHOWN_CHARACTERS = 200


class Event(NamedTuple):
    """One event as given; an empty date is an event of unknown date."""

    event_date: str
    item_id: str


@dataclass(frozen=True)
class Request:
    """One history to answer.

    Attributes:
      history: its events, in any order.
      as_of: the date asked for, or empty.
      user_id: a name to give the answer, or None.
      seen: further items that the user had, which are no input and are left out of
        the answer.
    """

    history: tuple[Event, ...]
    as_of: str = ""
    user_id: str | None = None
    seen: tuple[str, ...] = ()

    @property
    def events(self) -> tuple[Event, ...]:
        """What a model is asked with: an event of unknown date is seen, no input."""
        return (*(Event("", item) for item in self.seen), *self.history)


def parse_history(text: str) -> tuple[Event, ...]:
    """Reads `DATE:ITEM,DATE:ITEM,...`.

    Raises:
      UsageError: a part is not of this form; it is named.
    """
    if not _is_text(text):
        raise UsageError(
            "--history holds bytes that are no text in the encoding of this locale; "
            "set LC_ALL=C.UTF-8 and write it in UTF-8, or give it through --input"
        )
    return tuple(_parse_event(part, text) for part in text.split(","))


def _parse_event(part: str, text: str) -> Event:
    if not text.strip():
        problem = "is empty"
    elif not part.strip():
        problem = "has an empty part between its commas"
    else:
        # Spaces around the commas are what a hand types.
        split = date_format.split_event(part.strip())
        if split is not None and split[1]:
            return Event(*split)
        if split is not None:
            problem = f"names no item in {part!r}"
        else:
            problem = f"has a part without a valid date and a colon, {part!r}"
    raise UsageError(
        f"--history {problem}; write DATE:ITEM, with commas between, as in "
        f"--history {HISTORY_FORM} (items with commas go through --input)"
    )


def read_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yields the lines of a file; of one that is too long, a start that shows it."""
    while line := file.readline(LONGEST_LINE_BYTES + 1):
        yield line


def read_requests(lines: Iterable[bytes], source: str) -> Iterator[Request]:
    """Reads JSON lines, each an object with `history`, `user_id` and `as_of`.

    The latter two may be left out. `history` is a list of [date, item] pairs or of
    objects with `event_date` and `item_id`. Items and users may be numbers. A date may
    be null or empty where it is not known. Empty lines are passed over.

    Args:
      lines: the lines of a file, in UTF-8, as `read_lines` gives them.
      source: where they came from, for messages.

    Raises:
      UserError: a line is not of this form; its number is named.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _parse_line(line)
        except ValueError as error:
            raise UserError(
                f"{source}, line {number}: {error}; a line looks like {LINE_FORM}"
            ) from error


def _parse_line(line: bytes) -> Request:
    if len(line) > LONGEST_LINE_BYTES:
        raise ValueError(f"it has more than {LONGEST_LINE_BYTES:,} bytes")
    try:
        value = parse_json(line)
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON ({error})") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    unknown = sorted(value.keys() - {"user_id", "history", "as_of"})
    if unknown:
        raise ValueError(f"it has an unknown field {_short(repr(unknown[0]))}")
    history = value.get("history")
    if not isinstance(history, list):
        raise ValueError("it has no list `history`")
    user_id = value.get("user_id")
    return Request(
        history=tuple(_json_event(event) for event in history),
        as_of=_date(value.get("as_of"), "`as_of`"),
        # No message names a user: the line is enough to find it.
        user_id=(
            None if user_id is None else _identifier(user_id, "`user_id`", shown=False)
        ),
    )


def _json_event(event: Any) -> Event:
    if isinstance(event, dict) and event.keys() == {"event_date", "item_id"}:
        event = [event["event_date"], event["item_id"]]
    if not isinstance(event, list) or len(event) != 2:
        raise ValueError(
            f"`history` holds {_shown(event)}, which is neither a [date, item] "
            "pair nor an object of `event_date` and `item_id`"
        )
    item_id = _identifier(event[1], "the item of an event")
    return Event(_date(event[0], "the date of an event"), item_id)


def _date(value: Any, name: str) -> str:
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or not date_format.is_date(value):
        raise ValueError(
            f"{name} must be a date such as {date_format.EXAMPLES}, got {_shown(value)}"
        )
    return value


def _identifier(value: Any, name: str, shown: bool = True) -> str:
    """Returns an id as the pipeline writes it: 7, 7.0 and "7" are the same.

    Args:
      value: what a line holds.
      name: what the message calls it.
      shown: whether the message holds it.

    Raises:
      ValueError: it is no id.
    """
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and value:
        if not _is_text(value):
            raise ValueError(f"{name} is no valid text{_got(value, shown)}")
        return value
    raise ValueError(f"{name} must be text or a number{_got(value, shown)}")


def _got(value: Any, shown: bool) -> str:
    return f", got {_shown(value)}" if shown else ""


def _shown(value: Any) -> str:
    return _short(json_text(value, ensure_ascii=True))


def _short(text: str) -> str:
    if len(text) <= _SHOWN_CHARACTERS:
        return text
    return f"{text[: _SHOWN_CHARACTERS - 3]}..."


def _is_text(value: str) -> bool:
    """Whether there is a UTF-8 form, which half a surrogate pair has not."""
    return value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value)
