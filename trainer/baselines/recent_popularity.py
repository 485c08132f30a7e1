"""Recent popularity: what sold in the last weeks of the training events."""

from dataclasses import dataclass

import numpy as np

from schemas import features
from trainer.array_types import Batch, Scores
from trainer.data.training_events import TrainingEvents

# Days before the last training day whose events count, beside those of that day.
RECENT_DAYS = 60
# Small beside one recent event, so that popularity orders the items between which
# recent events do not choose.
POPULARITY_WEIGHT = 1e-6


@dataclass(frozen=True)
class RecentPopularity:
    """Scores an item by its events at most `RECENT_DAYS` before the last training day.

    The same ranking for everyone. Days count back from the last training day and not
    from the day for which an answer is asked: it is fitted once, as a model is. The
    first and the last of these days are both among them, so that they are
    `RECENT_DAYS` + 1 dates.

    Attributes:
      scores: float64 [N], the recent events of each item, plus its popularity,
        weighted.
    """

    scores: Scores

    @property
    def name(self) -> str:
        """The name in tables and JSON."""
        return "recent_popularity"

    @classmethod
    def fit(cls, events: TrainingEvents) -> "RecentPopularity":
        """Returns the baseline that has counted `events`."""
        last_day = events.day.max() if len(events.day) else 0
        recent = events.item_id[events.day >= last_day - RECENT_DAYS]
        counts = np.bincount(recent - 1, minlength=events.num_items)
        return cls(scores=counts + POPULARITY_WEIGHT * events.item_counts())

    def score(self, batch: Batch) -> Scores:
        """Returns the same scores for each of B histories: a read-only [B, N]."""
        num_histories = len(batch[features.ITEM_ID])
        return np.broadcast_to(self.scores, (num_histories, len(self.scores)))
