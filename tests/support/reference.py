"""A literal, slow transcription of the window rule, the splits and the buckets.

Plain loops over plain lists, one user at a time, written from the rules alone; nothing
of the pipeline is imported. The tests compare whole data sets with what comes out here.
"""

import hashlib
import itertools
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

DAY_MS = 86_400_000


class Row(NamedTuple):
    """A review: ids as text, and the moment in milliseconds."""

    user: str
    item: str
    moment: int


class Window(NamedTuple):
    """An example before ids and buckets; padding is None."""

    user: str
    start: int
    items: tuple[str | None, ...]  # the inputs and the last target, [W + 1]
    days: tuple[int | None, ...]  # [W + 1]
    ages: tuple[int | None, ...]  # [W]
    gaps: tuple[int | None, ...]  # [W]
    seen: tuple[str, ...]


@dataclass
class Settings:
    """The settings of the reference, with the program's defaults."""

    split: str = "time"
    max_length: int = 5
    min_items: int = 3
    stride: int = 1
    eval_fraction: float = 0.05
    test_fraction: float = 0.05
    max_seen: int = 10_000
    seed: int = 0
    bucketing: str = "quantile"
    day_buckets: int = 100
    min_item_count: int = 1
    cuts: list[int] = field(default_factory=list)


def histories(rows: list[Row]) -> dict[str, list[tuple[str, int]]]:
    """Returns each user's (item, day), by moment and then by position."""
    by_user: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for position, row in enumerate(rows):
        by_user[row.user].append((row.moment, position, row.item))
    return {
        user: [(item, moment // DAY_MS) for moment, _, item in sorted(events)]
        for user, events in by_user.items()
    }


def window_places(n: int, max_length: int, stride: int) -> list[tuple[int, int]]:
    """Returns (i, t) of each window of a history of n >= 2 events."""
    places = []
    i = 0
    while True:
        t = min(i + max_length, n - 1)
        places.append((i, t))
        if t == n - 1:
            return places
        i += stride


def cut(days: list[int], held_out: float) -> int:
    """Returns the first day of the last `held_out` of all events."""
    ordered = sorted(days)
    if not held_out:
        return ordered[-1] + 1
    rank = math.ceil(round((1 - held_out) * len(ordered), 6))
    return ordered[max(rank, 1) - 1]


def fraction_of(user: str, seed: int, start: int | None = None) -> float:
    """Returns the number in [0, 1) that a user, or a user's window, draws."""
    salt = seed.to_bytes(8, "big") + b"split\0\0\0"
    digest = hashlib.blake2b(user.encode(), digest_size=16, salt=salt).digest()
    z = int.from_bytes(digest[:8], "big")
    if start is not None:
        z = (z + start * 0x9E3779B97F4A7C15) % 2**64
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        z ^= z >> 31
    return (z >> 11) / 2**53


def windows(rows: list[Row], settings: Settings) -> dict[str, list[Window]]:
    """Returns the windows of every split."""
    places = _places(rows, settings)
    of_user = histories(rows)
    all_days = [row.moment // DAY_MS for row in rows]
    if settings.split in ("time", "leave_one_out"):
        reference = max(of_user[user][t][1] for user, _, t in places.get("train", []))
    else:
        reference = max(all_days)
    result = {}
    for split, found in places.items():
        from_target = split != "train" and settings.split in ("time", "leave_one_out")
        result[split] = [
            _window(user, of_user[user], i, t, reference, from_target, split, settings)
            for user, i, t in found
        ]
    return result


def _places(rows: list[Row], s: Settings) -> dict[str, list[tuple[str, int, int]]]:
    """Returns (user, first input, target) of every window of every split."""
    found: dict[str, list[tuple[str, int, int]]] = {"train": []}
    if s.split != "none":
        found["eval"] = []
        if s.split != "random":
            found["test"] = []
    if s.split == "time":
        all_days = [row.moment // DAY_MS for row in rows]
        first_eval = cut(all_days, s.eval_fraction + s.test_fraction)
        first_test = cut(all_days, s.test_fraction)
    for user, events in histories(rows).items():
        n = len(events)

        def slide(length: int, split: str, user: str = user) -> None:
            for i, t in window_places(length, s.max_length, s.stride):
                found[split].append((user, i, t))

        def ending(t: int, split: str, user: str = user) -> None:
            if t >= 1:
                found[split].append((user, max(0, t - s.max_length), t))

        if s.split == "time":
            training = [day for _, day in events if day < first_eval]
            if len(training) >= s.min_items:
                slide(len(training), "train")
            for t, (_, day) in enumerate(events):
                if t >= s.min_items - 1 and day >= first_eval:
                    ending(t, "test" if day >= first_test else "eval")
        elif n < s.min_items:
            continue
        elif s.split == "leave_one_out":
            if n - 2 >= 2:
                slide(n - 2, "train")
            ending(n - 2, "eval")
            ending(n - 1, "test")
        elif s.split == "user":
            drawn = fraction_of(user, s.seed)
            if drawn >= 1 - s.test_fraction:
                ending(n - 1, "test")
            elif drawn >= 1 - s.test_fraction - s.eval_fraction:
                ending(n - 1, "eval")
            else:
                slide(n, "train")
        elif s.split == "random":
            for i, t in window_places(n, s.max_length, s.stride):
                is_eval = fraction_of(user, s.seed, i) >= 1 - s.eval_fraction
                found["eval" if is_eval else "train"].append((user, i, t))
        else:
            slide(n, "train")
    return found


def _window(
    user: str,
    events: list[tuple[str, int]],
    i: int,
    t: int,
    reference: int,
    from_target: bool,
    split: str,
    s: Settings,
) -> Window:
    chosen = events[i : t + 1]
    pad = [None] * (s.max_length + 1 - len(chosen))
    origin = chosen[-1][1] if from_target else reference
    ages = [origin - day for _, day in chosen[:-1]]
    gaps = [later - earlier for (_, earlier), (_, later) in itertools.pairwise(chosen)]
    seen: list[str] = []
    if split != "train":
        for item, _ in reversed(events[:t]):
            if item not in seen:
                seen.append(item)
        seen = seen[: s.max_seen][::-1]
    return Window(
        user,
        i,
        (*pad, *[item for item, _ in chosen]),
        (*pad, *[day for _, day in chosen]),
        (*pad, *ages),
        (*pad, *gaps),
        tuple(seen),
    )


def training_events(train: list[Window]) -> dict[tuple[str, int], tuple[str, int]]:
    """Returns (item, day) of each event that training windows hold, once each."""
    events = {}
    for window in train:
        first = sum(item is None for item in window.items)
        for place in range(first, len(window.items)):
            index = window.start + place - first
            events[window.user, index] = (window.items[place], window.days[place])
    return events


def vocabulary(train: list[Window], min_item_count: int = 1) -> list[str]:
    """Returns items by falling frequency, ties by falling bytes."""
    counts = Counter(item for item, _ in training_events(train).values())
    kept = [item for item, count in counts.items() if count >= min_item_count]
    return sorted(kept, key=lambda item: (counts[item], item.encode()), reverse=True)


def day_values(train: list[Window], column: str) -> list[int]:
    """Returns the ages or gaps of training inputs, each event's once."""
    found = {}
    for window in train:
        values = getattr(window, column)
        first = sum(value is None for value in values)
        for place in range(first, len(values)):
            key = (window.user, window.start + place - first)
            found[key] = values[place]
    return list(found.values())


def boundaries(learned: list[int], s: Settings) -> list[int]:
    """Returns the boundaries that follow from the days that the rule learns from."""
    if s.bucketing == "quantile":
        ordered = sorted(learned)
        n = len(ordered)
        return sorted(
            {ordered[n * k // s.day_buckets] for k in range(1, s.day_buckets)}
        )
    largest = max(learned)
    step = largest / (s.day_buckets - 1)
    steps = [math.floor(k * step) for k in range(1, s.day_buckets - 1)]
    return [0, 1, *steps, largest]


def bucket(value: int, boundaries: list[int], s: Settings) -> int:
    """Returns the bucket id of a real day."""
    if s.bucketing == "quantile":
        number = 1 + sum(boundary <= value for boundary in boundaries)
    else:
        number = sum(boundary < value for boundary in boundaries)
    return min(max(number, 1), s.day_buckets)
