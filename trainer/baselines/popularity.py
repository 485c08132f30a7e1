"""Popularity: the same ranking for everyone, by the number of training events."""

from dataclasses import dataclass

import numpy as np

from schemas import features
from trainer.array_types import Batch, Ints, Scores
from trainer.data.training_events import TrainingEvents


@dataclass(frozen=True)
class Popularity:
    """Scores an item by its training events.

    Attributes:
      counts: ints [N], the training events of each item.
    """

    counts: Ints

    @property
    def name(self) -> str:
        """The name in tables and JSON."""
        return "popularity"

    @classmethod
    def fit(cls, events: TrainingEvents) -> "Popularity":
        """Returns the baseline that has counted `events`."""
        return cls(counts=events.item_counts())

    def score(self, batch: Batch) -> Scores:
        """Returns the counts for each of B histories: a read-only [B, N]."""
        num_histories = len(batch[features.ITEM_ID])
        scores = self.counts.astype(np.float64)
        return np.broadcast_to(scores, (num_histories, len(scores)))
