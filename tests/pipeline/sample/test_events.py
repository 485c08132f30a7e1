import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sample import Events, SampleSettings, make_events
from pipeline.sample.catalogue import make_catalogue
from pipeline.sample.events import NUM_DAYS

SETTINGS = SampleSettings.of(20_000)


def events_of(settings: SampleSettings) -> Events:
    return make_events(settings, make_catalogue(settings, NUM_DAYS))


@pytest.fixture(scope="module")
def events():
    return events_of(SETTINGS)


def in_order(events: Events) -> Events:
    order = np.lexsort([events.day, events.user])
    return Events(events.user[order], events.item[order], events.day[order])


@given(
    num_reviews=st.integers(1, 300),
    num_items=st.integers(1, 60),
    seed=st.integers(0, 2**64),
    share=st.floats(0, 1),
)
def test_sizes_are_exact_and_numbers_in_range(num_reviews, num_items, seed, share):
    num_users = max(1, int(share * num_reviews))
    events = events_of(SampleSettings(num_reviews, num_users, num_items, seed))
    assert len(events.user) == len(events.item) == len(events.day) == num_reviews
    assert np.array_equal(np.unique(events.user), np.arange(num_users))
    assert events.item.min() >= 0
    assert events.item.max() < num_items
    assert events.day.min() >= 0
    assert events.day.max() < NUM_DAYS


def test_same_settings_make_the_same_events(events):
    again = events_of(SETTINGS)
    assert np.array_equal(events.item, again.item)
    assert np.array_equal(events.day, again.day)
    other = events_of(SampleSettings.of(20_000, seed=1))
    assert not np.array_equal(events.item, other.item)


def test_most_histories_are_short_and_some_long(events):
    lengths = np.bincount(events.user)
    assert np.mean(lengths <= 2) > 0.5
    assert np.mean(lengths >= 10) > 0.01
    assert 50 < lengths.max() < 1_000


def test_rows_of_a_user_are_far_apart_in_the_file(events):
    busiest = np.bincount(events.user).argmax()
    places = np.flatnonzero(events.user == busiest)
    assert places[0] < SETTINGS.num_reviews * 0.1
    assert places[-1] > SETTINGS.num_reviews * 0.9


def test_items_are_taken_after_their_launch_only(events):
    launch = make_catalogue(SETTINGS, NUM_DAYS).launch
    assert np.any(launch > 0)
    assert np.all(events.day >= launch[events.item])


def test_seasons_change_what_is_taken(events):
    month = (events.day + 306) % 365 // 31  # January is about 0.
    winter = np.bincount(events.item[(month < 2)], minlength=SETTINGS.num_items)
    summer = np.bincount(
        events.item[(month > 4) & (month < 8)], minlength=SETTINGS.num_items
    )
    assert np.corrcoef(winter, summer)[0, 1] < 0.9


def test_what_came_before_says_what_comes_next(events):
    """One Markov step finds over three times what popularity does."""
    ordered = in_order(events)
    first_test_day = np.quantile(events.day, 0.9)
    follows = ordered.user[1:] == ordered.user[:-1]
    before, after = ordered.item[:-1][follows], ordered.item[1:][follows]
    trains = ordered.day[1:][follows] < first_test_day
    popularity = np.bincount(
        ordered.item[ordered.day < first_test_day], minlength=SETTINGS.num_items
    )
    steps = np.zeros((SETTINGS.num_items, SETTINGS.num_items))
    np.add.at(steps, (before[trains], after[trains]), 1.0)
    steps += 1e-6 * popularity

    targets = after[~trains]
    assert len(targets) > 500

    def hit_rate(scores):
        best = np.argsort(-scores, axis=1, kind="stable")[:, :10]
        return np.mean(np.any(best == targets[:, None], axis=1))

    by_popularity = hit_rate(np.tile(popularity, (len(targets), 1)))
    assert 0.03 < by_popularity < 0.15
    assert hit_rate(steps[before[~trains]]) > 3.0 * by_popularity
