"""Markov chain: what followed the last item in other histories."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from schemas import features
from trainer.array_types import Batch, Scores
from trainer.data.training_events import TrainingEvents

# Small beside a transition, so that popularity orders the items between which the
# transitions do not choose.
POPULARITY_WEIGHT = 1e-6


@dataclass(frozen=True)
class Markov:
    """Scores an item by its weighted transitions from the last input.

    Every pair of one user's training events d = 1 ... `max_gap` places apart adds
    1/d from the earlier item to the later one.

    Attributes:
      max_gap: the largest distance of a pair, in places of the history.
      transitions: float64 [N + 2, N], sparse: row i the item with id i, column j the
        item with id j + 1. The rows of padding and of unknown items are empty.
      prior: float64 [N], what every row of scores adds: popularity, weighted.
    """

    max_gap: int
    transitions: sparse.csr_array
    prior: Scores

    @property
    def name(self) -> str:
        """The name in tables and JSON."""
        return f"markov_{self.max_gap}"

    @classmethod
    def fit(cls, events: TrainingEvents, max_gap: int = 1) -> "Markov":
        """Returns the chain of `events`.

        Raises:
          ValueError: `max_gap` is below 1.
        """
        if max_gap < 1:
            raise ValueError(f"`max_gap` must be at least 1, got {max_gap}.")
        return cls(
            max_gap=max_gap,
            transitions=_transitions(events, max_gap),
            prior=POPULARITY_WEIGHT * events.item_counts(),
        )

    def score(self, batch: Batch) -> Scores:
        """Returns float64 [B, N] from the last input of each history."""
        last_item = batch[features.ITEM_ID][:, -1]
        scores: Scores = self.transitions[last_item].toarray()
        scores += self.prior
        return scores


def _transitions(events: TrainingEvents, max_gap: int) -> sparse.csr_array:
    """Returns the weights of all pairs at most `max_gap` places apart."""
    earlier, later, weights = [], [], []
    # Unknown events are missing, so events d places apart are at most d rows apart.
    for shift in range(1, max_gap + 1):
        distance = events.place[shift:] - events.place[:-shift]
        paired = (events.user[shift:] == events.user[:-shift]) & (distance <= max_gap)
        earlier.append(events.item_id[:-shift][paired])
        later.append(events.item_id[shift:][paired])
        weights.append(1.0 / distance[paired])
    rows, columns = np.concatenate(earlier), np.concatenate(later) - 1
    shape = (events.num_items + 2, events.num_items)
    # Building from coordinates adds up the weights of equal pairs.
    return sparse.csr_array((np.concatenate(weights), (rows, columns)), shape=shape)
