"""Which baselines there are, by which names."""

import numpy as np
import pytest

from trainer.baselines import BASELINES, BY_NAME, fit_baselines
from trainer.data.training_events import TrainingEvents


@pytest.fixture
def events():
    """The history 1 2 3 1 of one user."""
    place = np.arange(4)
    item_id = np.array([1, 2, 3, 1])
    return TrainingEvents(np.zeros(4, int), place, item_id, place + 10, 3)


def test_each_carries_the_name_that_it_is_asked_for(events):
    assert [scorer.name for scorer in fit_baselines(events, BY_NAME)] == list(BY_NAME)


def test_a_table_has_these_where_no_name_is_given(events):
    names = [scorer.name for scorer in fit_baselines(events)]
    assert names == list(BASELINES)
    assert names == [
        "popularity",
        "recent_popularity",
        "markov_1",
        "markov_5",
        "item_knn",
    ]


def test_every_gap_from_one_to_five_can_be_named(events):
    names = [f"markov_{gap}" for gap in range(1, 6)]
    gaps = [scorer.max_gap for scorer in fit_baselines(events, names)]
    assert gaps == [1, 2, 3, 4, 5]


def test_scores_have_a_column_for_each_item(events):
    batch = {"item_id": np.array([[0, 1], [4, 3], [0, 0]])}
    for scorer in fit_baselines(events, BY_NAME):
        scores = scorer.score(batch)
        assert scores.shape == (3, 3), scorer.name
        assert np.isfinite(scores).all(), scorer.name


def test_refuses_a_name_that_there_is_not(events):
    with pytest.raises(ValueError, match=r"`names` must be of .*got 'markov_6'"):
        fit_baselines(events, ["markov_6"])
