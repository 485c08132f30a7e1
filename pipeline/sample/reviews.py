"""Whole rows in the fields of the Rent the Runway review set."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.sample import words
from pipeline.sample.catalogue import CATEGORIES, Catalogue, make_catalogue
from pipeline.sample.draws import Draws
from pipeline.sample.events import FIRST_DATE, NUM_DAYS, Events, make_events
from pipeline.sample.people import describe_people
from pipeline.sample.settings import SampleSettings

# Rows described at once: about 100 MB while they are.
_CHUNK = 100_000

_RATINGS: dict[str, int] = {"10": 645, "8": 280, "6": 55, "4": 15, "2": 5}
_NO_RATING = 0.0005
_NO_OCCASION = 0.0002

# "%-d" is not on every platform, and month names follow the locale.
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def make_reviews(
    num_reviews: int,
    seed: int = 0,
    num_users: int | None = None,
    num_items: int | None = None,
) -> dict[str, NDArray[np.generic]]:
    """Returns a sample's columns by field name, each [num_reviews].

    `size` is int64; all others are object arrays of text, None where the field is
    missing. The same arguments give the same rows on every platform. Sizes not
    given follow from `num_reviews`.

    Raises:
      ValueError: a size is below 1, or there are more users than reviews.
    """
    settings = SampleSettings.of(num_reviews, num_users, num_items, seed)
    table = pa.concat_tables(review_tables(settings))
    return {
        name: column.to_numpy()
        for name, column in zip(table.column_names, table.columns, strict=True)
    }


def review_tables(settings: SampleSettings) -> Iterator[pa.Table]:
    """Yields a sample's rows in the order of the file, a table of them at a time.

    Memory holds the numbers of all rows (about 40 bytes each at the peak), and the
    text of one table.
    """
    catalogue = make_catalogue(settings, NUM_DAYS)
    events = make_events(settings, catalogue)
    draws = Draws(settings.seed)
    user_ids = draws.ids("user id", settings.num_users, 100, 1_000_000)
    for start in range(0, settings.num_reviews, _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, settings.num_reviews))
        yield _describe(rows, events, user_ids, catalogue, draws)


def _describe(
    rows: NDArray[np.int64],
    events: Events,
    user_ids: NDArray[np.int64],
    catalogue: Catalogue,
    draws: Draws,
) -> pa.Table:
    user, item = events.user[rows], events.item[rows]
    people = describe_people(user, draws)
    category = catalogue.category[item]
    fit = draws.pick("fit", rows, list(words.FITS.values()))
    occasion = draws.pick("occasion", rows, list(words.OCCASIONS.values()))
    rating = draws.pick("rating", rows, list(_RATINGS.values()))
    no_occasion = draws.uniform("no occasion", rows) < _NO_OCCASION
    no_rating = draws.uniform("no rating", rows) < _NO_RATING
    return pa.table(
        {
            "fit": pa.array(list(words.FITS)).take(pa.array(fit)),
            "user_id": pc.cast(pa.array(user_ids[user]), pa.string()),
            "bust size": people["bust size"],
            "item_id": pc.cast(pa.array(catalogue.item_ids[item]), pa.string()),
            "weight": people["weight"],
            "rating": pa.array(list(_RATINGS)).take(pa.array(rating, mask=no_rating)),
            "rented for": pa.array(list(words.OCCASIONS)).take(
                pa.array(occasion, mask=no_occasion)
            ),
            "review_text": _texts(rows, category, fit, occasion, draws),
            "body type": people["body type"],
            "review_summary": _sentences("summary", rows, words.SUMMARIES, draws),
            "category": pa.array(list(CATEGORIES)).take(pa.array(category)),
            "height": people["height"],
            "size": people["size"],
            "age": people["age"],
            "review_date": _DATES.take(pa.array(events.day[rows])),
        }
    )


def _texts(
    rows: NDArray[np.int64],
    category: NDArray[np.int64],
    fit: NDArray[np.int64],
    occasion: NDArray[np.int64],
    draws: Draws,
) -> pa.Array:
    """Returns a text of two to five sentences for each row."""
    openings = [o.format(name) for name in CATEGORIES for o in words.OPENINGS]
    opening = draws.below("opening", rows, len(words.OPENINGS))
    return pc.binary_join_element_wise(
        pa.array(openings).take(pa.array(opening + len(words.OPENINGS) * category)),
        _sentences_about("fit", rows, fit, words.FIT_SENTENCES, draws),
        _sentences_about("occasion", rows, occasion, words.OCCASION_SENTENCES, draws),
        _sentences("closing", rows, words.CLOSINGS, draws, missing=0.4),
        _sentences("last word", rows, words.CLOSINGS, draws, missing=0.6),
        " ",
        null_handling="skip",
    )


def _sentences_about(
    name: str,
    rows: NDArray[np.int64],
    topic: NDArray[np.int64],
    sentences: Mapping[str, Sequence[str]],
    draws: Draws,
) -> pa.Array:
    """Returns a sentence about each row's topic; as many are known about each."""
    flat = [sentence for about in sentences.values() for sentence in about]
    num_each = len(flat) // len(sentences)
    index = topic * num_each + draws.below(f"{name} sentence", rows, num_each)
    return pa.array(flat).take(pa.array(index))


def _sentences(
    name: str,
    rows: NDArray[np.int64],
    sentences: Sequence[str],
    draws: Draws,
    missing: float = 0.0,
) -> pa.Array:
    index = draws.below(name, rows, len(sentences))
    absent = draws.uniform(f"no {name}", rows) < missing
    return pa.array(sentences).take(pa.array(index, mask=absent))


def _dates() -> pa.Array:
    """Returns every date of the sample as the review set writes it."""
    dates = [FIRST_DATE + timedelta(days) for days in range(NUM_DAYS)]
    return pa.array([f"{_MONTHS[d.month - 1]} {d.day}, {d.year}" for d in dates])


_DATES = _dates()
