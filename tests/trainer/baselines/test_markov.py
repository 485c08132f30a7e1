"""The Markov chain against worked numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.baselines.markov import Markov
from trainer.data.training_events import TrainingEvents


def events_of(*rows, num_items):
    user, place, item_id = np.array(rows).T
    return TrainingEvents(user, place, item_id, np.zeros_like(user), num_items)


@pytest.fixture
def events():
    """Histories 1 2 3 (place 3 unknown) 1 and 2 3."""
    return events_of(
        (0, 0, 1), (0, 1, 2), (0, 2, 3), (0, 4, 1), (1, 0, 2), (1, 1, 3), num_items=3
    )


def scores_after(chain, *last_items):
    return chain.score({"item_id": np.array([[0, item] for item in last_items])})


def test_one_step_counts_neighbours_of_one_user(events):
    chain = Markov.fit(events)
    popularity = 1e-6 * np.array([2, 2, 2])
    expected = np.array([[0, 1, 0], [0, 0, 2], [0, 0, 0]]) + popularity
    np.testing.assert_allclose(scores_after(chain, 1, 2, 3), expected, rtol=1e-12)
    assert chain.name == "markov_1"


def test_wider_gaps_weigh_one_over_the_distance(events):
    chain = Markov.fit(events, max_gap=3)
    popularity = 1e-6 * np.array([2, 2, 2])
    expected = np.array([[0, 1, 1 / 2], [1 / 3, 0, 2], [1 / 2, 0, 0]]) + popularity
    np.testing.assert_allclose(scores_after(chain, 1, 2, 3), expected, rtol=1e-12)
    assert chain.name == "markov_3"


def test_after_an_unknown_item_popularity_decides():
    chain = Markov.fit(events_of((0, 0, 1), (0, 1, 2), (1, 0, 2), num_items=2))
    np.testing.assert_allclose(scores_after(chain, 3, 0), [[1e-6, 2e-6]] * 2)


def test_an_item_without_a_successor_is_a_row_of_popularity():
    chain = Markov.fit(events_of((0, 0, 1), num_items=2))
    np.testing.assert_allclose(scores_after(chain, 1), [[1e-6, 0.0]])


def test_refuses_a_gap_below_one(events):
    with pytest.raises(ValueError, match="`max_gap` must be at least 1, got 0"):
        Markov.fit(events, max_gap=0)


@given(
    histories=st.lists(st.lists(st.integers(1, 5), max_size=9), max_size=4),
    max_gap=st.integers(1, 5),
)
def test_equals_a_loop_over_all_pairs(histories, max_gap):
    """Item 5 is unknown: it is no event, yet its place counts."""
    rows = [
        (user, place, item)
        for user, items in enumerate(histories)
        for place, item in enumerate(items)
    ]
    expected = np.zeros((6, 4))
    for user, place, earlier in rows:
        for other, later_place, later in rows:
            gap = later_place - place
            if user == other and 1 <= gap <= max_gap and 5 not in (earlier, later):
                expected[earlier, later - 1] += 1 / gap
    known = [row for row in rows if row[2] != 5]
    expected += 1e-6 * np.array(
        [sum(row[2] == item for row in known) for item in range(1, 5)]
    )
    user, place, item_id = np.array(known, int).reshape(-1, 3).T
    events = TrainingEvents(user, place, item_id, np.zeros_like(user), 4)
    chain = Markov.fit(events, max_gap)
    np.testing.assert_allclose(scores_after(chain, *range(6)), expected, rtol=1e-12)
