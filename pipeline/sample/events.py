"""Who takes which item on which day: the part of a sample that can be learned."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from pipeline.sample.catalogue import SEASON_OF_MONTH, Catalogue
from pipeline.sample.draws import Draws
from pipeline.sample.settings import SampleSettings

FIRST_DATE = date(2010, 11, 3)
LAST_DATE = date(2018, 1, 8)
NUM_DAYS = (LAST_DATE - FIRST_DATE).days + 1

# How often the style that mostly follows is taken, and the one that sometimes does;
# else the choice is free of what came before.
_FOLLOWS_MOSTLY = 0.55
_FOLLOWS_SOMETIMES = 0.2
# Rows drawn at once, so that memory stays small beside the result.
_CHUNK = 1_000_000


@dataclass(frozen=True)
class Events:
    """The rows of a sample, in numbers and in the order of the file.

    Attributes:
      user: [reviews] int32, the user's number.
      item: [reviews] int32, the item's number in the catalogue.
      day: [reviews] int16, days since `FIRST_DATE`.
    """

    user: NDArray[np.int32]
    item: NDArray[np.int32]
    day: NDArray[np.int16]


def make_events(settings: SampleSettings, catalogue: Catalogue) -> Events:
    """Returns the events of a sample in shuffled order."""
    draws = Draws(settings.seed)
    lengths = history_lengths(settings, draws)
    user, day = history_days(lengths, draws)
    item = history_items(lengths, day, catalogue, draws)
    order = draws.permutation("order of the file", settings.num_reviews)
    return Events(user=user[order], item=item[order], day=day[order])


def history_lengths(settings: SampleSettings, draws: Draws) -> NDArray[np.int64]:
    """Returns [users] how many events each user has: most one or two, a few hundreds.

    Every user has one, and the rest go to users in proportion to weights drawn from a
    Pareto distribution of index 4/3, so that few users have much of the rows.
    """
    uniform = 1.0 - draws.uniform("user weight", np.arange(settings.num_users))
    root = np.sqrt(uniform)
    # uniform ** (-3 / 4), by square roots alone.
    weights = np.minimum(1.0 / (root * np.sqrt(root)), 1_000.0)
    lengths = np.ones(settings.num_users, np.int64)
    extra = settings.num_reviews - settings.num_users
    for start in range(0, extra, _CHUNK):
        index = np.arange(start, min(start + _CHUNK, extra))
        lengths += np.bincount(
            draws.pick("user of an extra event", index, weights),
            minlength=settings.num_users,
        )
    return lengths


def history_days(
    lengths: NDArray[np.int64], draws: Draws
) -> tuple[NDArray[np.int32], NDArray[np.int16]]:
    """Returns each event's user and day, ordered by user and then by day.

    The shop grows: the last day of a user is likelier late than early.
    """
    users = np.arange(len(lengths))
    growth = np.maximum.reduce(
        [draws.uniform(f"last day {i}", users) for i in range(3)]
    )
    last = (growth * NUM_DAYS).astype(np.int64)
    gap = 10 + draws.below("days between events", users, 80)
    first = np.maximum(0, last - (lengths - 1) * gap)

    # User and day in one number, so that one sort orders by both.
    key = np.repeat(users << 12, lengths)
    end = 0
    for start in range(0, len(key), _CHUNK):
        end = min(start + _CHUNK, len(key))
        user = key[start:end] >> 12
        span = last[user] - first[user] + 1
        key[start:end] += first[user]
        key[start:end] += draws.below("day", np.arange(start, end), span)
    key.sort()
    return (key >> 12).astype(np.int32), (key & 0xFFF).astype(np.int16)


def history_items(
    lengths: NDArray[np.int64],
    day: NDArray[np.int16],
    catalogue: Catalogue,
    draws: Draws,
) -> NDArray[np.int32]:
    """Returns each event's item; `day` is ordered by user and then by day."""
    item = np.empty(len(day), np.int32)
    place = np.cumsum(lengths) - lengths
    previous = _free_choice(place, day[place], catalogue, draws)
    item[place] = previous
    remaining = lengths - 1
    while len(place):
        # One step for all users at once; those whose history has ended drop out.
        goes_on = remaining > 0
        place = place[goes_on] + 1
        remaining = remaining[goes_on] - 1
        previous = _next_items(previous[goes_on], place, day[place], catalogue, draws)
        item[place] = previous
    return item


def _next_items(
    previous: NDArray[np.int64],
    place: NDArray[np.int64],
    day: NDArray[np.int16],
    catalogue: Catalogue,
    draws: Draws,
) -> NDArray[np.int64]:
    """Returns what follows each `previous` item, for the events at `place`."""
    how = draws.uniform("follows", place)
    season = _SEASON_OF_DAY[day]
    is_warm = (season == 1) | (season == 2)
    way = np.where(how < _FOLLOWS_MOSTLY, is_warm.astype(np.int64), 2)
    style = catalogue.next_style[way, previous % catalogue.num_styles]
    rank = draws.pick("rank in style", place, catalogue.style_weights)
    following = style + rank * catalogue.num_styles
    follows = how < _FOLLOWS_MOSTLY + _FOLLOWS_SOMETIMES
    free = ~follows
    item = following
    item[free] = _free_choice(place[free], day[free], catalogue, draws)
    # The last rank is not filled in every style, and late items are not there yet:
    # the style's most popular one takes their place.
    absent = item >= catalogue.num_items
    item[absent] = style[absent]
    return _launched(item, day, catalogue)


def _free_choice(
    place: NDArray[np.int64],
    day: NDArray[np.int16],
    catalogue: Catalogue,
    draws: Draws,
) -> NDArray[np.int64]:
    """Returns items taken for their popularity and season alone."""
    item = np.empty(len(place), np.int64)
    season = _SEASON_OF_DAY[day]
    for value, weights in enumerate(catalogue.season_weights):
        chosen = season == value
        item[chosen] = draws.pick("free choice", place[chosen], weights)
    return _launched(item, day, catalogue)


def _launched(
    item: NDArray[np.int64], day: NDArray[np.int16], catalogue: Catalogue
) -> NDArray[np.int64]:
    return np.where(catalogue.launch[item] > day, item % catalogue.num_styles, item)


def _season_of_day() -> NDArray[np.int64]:
    days = np.datetime64(FIRST_DATE, "D") + np.arange(NUM_DAYS)
    month = days.astype("datetime64[M]").astype(np.int64) % 12
    return SEASON_OF_MONTH[month]


_SEASON_OF_DAY = _season_of_day()
