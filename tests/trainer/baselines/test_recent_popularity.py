"""Recent popularity against worked numbers."""

import numpy as np

from trainer.baselines.recent_popularity import RecentPopularity
from trainer.data.training_events import TrainingEvents


def events_on(*days_and_items, num_items):
    day, item_id = np.array(days_and_items, int).reshape(-1, 2).T
    place = np.arange(len(day))
    return TrainingEvents(np.zeros_like(day), place, item_id, day, num_items)


def scores_of(baseline, num_histories=1):
    return baseline.score({"item_id": np.zeros((num_histories, 2), int)})


def test_counts_the_last_60_days_and_breaks_ties_by_popularity():
    events = events_on(
        (0, 1), (39, 1), (39, 1), (40, 2), (50, 3), (100, 3), (0, 2), num_items=4
    )
    # Day 40 is 60 days before the last day, 100; day 39 is too early.
    expected = [3e-6, 1 + 2e-6, 2 + 2e-6, 0]
    baseline = RecentPopularity.fit(events)
    np.testing.assert_allclose(scores_of(baseline, 2), [expected] * 2, rtol=1e-12)
    assert baseline.name == "recent_popularity"


def test_the_last_day_is_that_of_the_training_events():
    early = events_on((1, 1), (2, 2), num_items=2)
    late = events_on((-999, 1), (-998, 2), num_items=2)  # Before 1970.
    np.testing.assert_array_equal(
        scores_of(RecentPopularity.fit(early)), scores_of(RecentPopularity.fit(late))
    )


def test_no_event_leaves_every_item_at_zero():
    baseline = RecentPopularity.fit(events_on(num_items=3))
    np.testing.assert_array_equal(scores_of(baseline), np.zeros((1, 3)))
