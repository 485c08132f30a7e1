"""The Markov chain against worked numbers."""

import numpy as np
import pytest

from trainer.baselines.events import TrainingEvents
from trainer.baselines.markov import Markov


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
