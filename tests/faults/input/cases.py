"""One broken file, and what has to come of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

GOOD = b'{"user_id": "u", "item_id": "i", "date": "2016-04-20"}\n'
HEADER = b"user_id,item_id,date\n"
ROW = b"u,i,2016-04-20\n"

Content = bytes | Callable[[], bytes]


@dataclass(frozen=True)
class Case:
    """A file and what has to come of it.

    Attributes:
      name: of the file; its ending says the format.
      content: its bytes, or what makes them where they are many.
      accepted: how many rows are accepted.
      rejected: how many are refused, by reason.
      sentence: a pattern in the one sentence with which reading ends; where it is
        given, nothing is accepted or refused.
      changes: options that differ from the defaults.
    """

    name: str
    content: Content
    accepted: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    sentence: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_big(self) -> bool:
        return callable(self.content)

    @property
    def data(self) -> bytes:
        return self.content() if callable(self.content) else self.content


def line(**changes: Any) -> bytes:
    """A good line of JSON, with some of its values in another way."""
    return json.dumps({**json.loads(GOOD), **changes}).encode() + b"\n"


def raw_line(user_id: bytes = b'"u"', date: bytes = b'"2016-04-20"') -> bytes:
    """A line whose values are given as they stand in the file."""
    return b'{"user_id": %s, "item_id": "i", "date": %s}\n' % (user_id, date)


def refused(name: str, content: Content, accepted: int, **rejected: int) -> Case:
    """A file whose rows are judged one by one."""
    return Case(name, content, accepted, rejected)


def ends(name: str, content: Content, sentence: str, **changes: Any) -> Case:
    """A file that ends the reading with a sentence."""
    return Case(name, content, sentence=sentence, changes=changes)
