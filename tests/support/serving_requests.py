"""Requests of every kind that a server of an exported model may get, drawn by chance.

Each is drawn from a `random.Random` of its own kind's name and number, so that a pool
of them is the same in every process.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from schemas.exported_model import KEEP_SEEN, SERVING_DEFAULT

FIRST_DAY = date(2010, 11, 3)
NUM_DAYS = 2_700
HUGE = (2_000, 5_000)

Event = tuple[bytes, bytes]
Texts = npt.NDArray[np.object_]

NO_DATES = (
    b"",
    b"2016-02-31",
    b"2016-13-01",
    b"0000-01-01",
    b"yesterday",
    b"20 April 2016",
    b"1461110400",
    b"2016-04-20T25:00",
    b"2016-04-20 ",
    b"2016-04-20\x00",
    b"NaN",
    b"9" * 1_000,
)


@dataclass(frozen=True)
class Asked:
    """One request, as arrays of bytes.

    Attributes:
      kind: its kind, for messages.
      signature: the name of the signature.
      item_id: object [batch, n].
      event_date: object [batch, n].
      as_of: object [batch], or [1].
      top_k: k.
    """

    kind: str
    signature: str
    item_id: Texts
    event_date: Texts
    as_of: Texts
    top_k: int


class Maker:
    """Draws the parts of requests.

    Attributes:
      draw: where all draws come from.
      vocabulary: the items of the model.
    """

    def __init__(self, draw: random.Random, vocabulary: Sequence[bytes]) -> None:
        self.draw = draw
        self.vocabulary = vocabulary

    def item(self) -> bytes:
        """An item of the vocabulary; some are much likelier than others."""
        place = int(len(self.vocabulary) * self.draw.random() ** 2)
        return self.vocabulary[place]

    def date(self) -> bytes:
        """A date or a date-time."""
        day = FIRST_DAY + timedelta(days=self.draw.randrange(NUM_DAYS))
        if self.draw.random() < 0.6:
            return day.isoformat().encode()
        moment = datetime(day.year, day.month, day.day) + timedelta(
            milliseconds=self.draw.randrange(86_400_000)
        )
        offset = self.draw.choice(["", "Z", "+02:00", "-11:30"])
        return (moment.isoformat(timespec="milliseconds") + offset).encode()

    def bytes(self) -> bytes:
        """Any bytes, mostly no UTF-8."""
        return self.draw.randbytes(self.draw.randint(1, 30))

    def events(self, most: int = 20) -> list[Event]:
        """A history in no order."""
        return [self.event() for _ in range(self.draw.randint(0, most))]

    def event(self) -> Event:
        """A dated item."""
        return self.date(), self.item()


def _empty(make: Maker) -> list[Event]:
    # No event at all, or nothing but blanks.
    return [(b"", b"")] * make.draw.choice([0, 0, 3])


def _huge(make: Maker) -> list[Event]:
    return [make.event() for _ in range(make.draw.randint(*HUGE))]


def _sorted(make: Maker) -> list[Event]:
    return sorted(make.events())


def _unknown(make: Maker) -> list[Event]:
    return [
        (day, b"never seen %d" % make.draw.randrange(9)) for day, _ in make.events()
    ]


def _all_seen(make: Maker) -> list[Event]:
    return [(make.date(), item) for item in make.vocabulary]


def _repeated(make: Maker) -> list[Event]:
    return make.events(4) * make.draw.randint(1, 5)


def _undated(make: Maker) -> list[Event]:
    return [
        (make.draw.choice(NO_DATES) if make.draw.random() < 0.7 else day, item)
        for day, item in make.events()
    ]


def _any_bytes(make: Maker) -> list[Event]:
    return [
        (make.draw.choice([make.bytes(), day]), make.draw.choice([make.bytes(), item]))
        for day, item in make.events()
    ]


# How a history is drawn, and how often beside the others.
HISTORIES: dict[str, tuple[Callable[[Maker], list[Event]], int]] = {
    "unsorted": (lambda make: make.events(), 8),
    "sorted": (_sorted, 3),
    "empty": (_empty, 3),
    "huge": (_huge, 1),
    "unknown": (_unknown, 2),
    "all seen": (_all_seen, 2),
    "repeated": (_repeated, 2),
    "undated": (_undated, 2),
    "any bytes": (_any_bytes, 2),
}
# Requests that a server must refuse.
REFUSED = ("negative k", "k beyond all bounds", "other shapes", "other as_of")


def request(number: int, vocabulary: Sequence[bytes], seed: int = 0) -> Asked:
    """Draws the request of a number."""
    make = Maker(random.Random(f"{seed}:{number}"), vocabulary)
    draw = make.draw
    names, weights = zip(
        *((name, weight) for name, (_, weight) in HISTORIES.items()), strict=True
    )
    chosen = draw.choices(names, weights, k=draw.choice([1, 1, 1, 1, 0, 4, 9]))
    rows = [HISTORIES[name][0](make) for name in chosen]
    kind = ", ".join(sorted(set(chosen))) or "no rows"
    longest = max((len(row) for row in rows), default=draw.randrange(3))
    item_id, event_date = (_table(rows, place, longest) for place in (1, 0))
    asked = Asked(
        kind,
        draw.choice([SERVING_DEFAULT, KEEP_SEEN]),
        item_id,
        event_date,
        _as_of(make, len(rows)),
        draw.choice([1, 10, 10, 10, 37, 0, len(vocabulary), len(vocabulary) + 50]),
    )
    return _spoilt(asked, draw) if draw.random() < 0.04 else asked


def _as_of(make: Maker, num_rows: int) -> Texts:
    def one() -> bytes:
        return make.draw.choice(
            [b"", make.date(), b"2099-01-01", b"1999-12-31", b"soon", make.bytes()]
        )

    count = 1 if make.draw.random() < 0.3 else num_rows
    return _texts([one() for _ in range(count)], (count,))


def _table(rows: Sequence[Sequence[Event]], place: int, longest: int) -> Texts:
    """Rows side by side, blanks behind: object [rows, longest]."""
    cells = [
        cell
        for row in rows
        for cell in [*(event[place] for event in row), *[b""] * (longest - len(row))]
    ]
    return _texts(cells, (len(rows), longest))


def _texts(values: Sequence[bytes], shape: tuple[int, ...]) -> Texts:
    texts = np.empty(len(values), object)
    texts[:] = values
    return texts.reshape(shape)


def _spoilt(asked: Asked, draw: random.Random) -> Asked:
    """The same as a request that must be refused."""
    kind = draw.choice(REFUSED)
    item_id, as_of, top_k = asked.item_id, asked.as_of, asked.top_k
    if kind == "negative k":
        top_k = -draw.choice([1, 10, 2**31])
    elif kind == "k beyond all bounds":
        top_k = 2**31 - 1
    elif kind == "other shapes":
        blank = _texts([b"a"] * len(item_id), (len(item_id), 1))
        item_id = np.concatenate([item_id, blank], axis=1)
        if not len(item_id):
            item_id = _texts([b"a"], (1, 1))
    else:
        count = len(item_id) + 2
        as_of = _texts([b""] * count, (count,))
    return Asked(kind, asked.signature, item_id, asked.event_date, as_of, top_k)
