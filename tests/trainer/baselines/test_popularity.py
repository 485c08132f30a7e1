"""Popularity against worked numbers."""

import numpy as np

from trainer.baselines.popularity import Popularity
from trainer.data.training_events import TrainingEvents


def test_scores_everyone_by_the_events_of_an_item():
    events = TrainingEvents(
        user=np.array([0, 0, 0, 1]),
        place=np.array([0, 1, 2, 0]),
        item_id=np.array([3, 1, 3, 3]),
        day=np.zeros(4, np.int64),
        num_items=4,
    )
    scores = Popularity.fit(events).score({"item_id": np.array([[0, 1], [5, 5]])})
    np.testing.assert_array_equal(scores, [[1, 0, 3, 0], [1, 0, 3, 0]])
