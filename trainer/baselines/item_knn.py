"""Item-kNN: what the users of the last items had beside them."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from schemas import features
from trainer.array_types import Batch, Ints, Scores
from trainer.data.training_events import TrainingEvents

# Inputs that are looked at, from the last one back.
NUM_INPUTS = 5
# Small beside a similarity, so that popularity orders the items between which
# similarities do not choose.
POPULARITY_WEIGHT = 1e-9


@dataclass(frozen=True)
class ItemKnn:
    """Scores an item by its similarity to the last inputs, summed over them.

    The similarity is the cosine of two items' columns in the binary matrix of users
    and items, with the root of an item's events for its norm: the cosine of binary
    columns where nobody has an item twice, and less where they do. An item is not
    similar to itself. All items are neighbours, there is no limit k. (Sarwar et al.,
    "Item-based collaborative filtering recommendation algorithms", 2001.)

    Similarities are computed for the items of a batch when they are asked for, since
    those of all pairs can be larger than the events by orders of magnitude.

    Attributes:
      users_of_items: float64 [N + 2, U], sparse: row i the item with id i, 1 where the
        user has it. The rows of padding and of unknown items are empty.
      inverse_norms: float64 [N + 2], 1 / root of the events of the item with id i; 0
        without events.
      prior: float64 [N], what every row of scores adds: popularity, weighted.
    """

    users_of_items: sparse.csr_array
    inverse_norms: Scores
    prior: Scores

    @property
    def name(self) -> str:
        """The name in tables and JSON."""
        return "item_knn"

    @classmethod
    def fit(cls, events: TrainingEvents) -> "ItemKnn":
        """Returns the baseline with the users of `events`."""
        num_ids = events.num_items + 2
        num_users = int(events.user.max(initial=-1)) + 1
        users_of_items = sparse.csr_array(
            (np.ones(len(events.item_id)), (events.item_id, events.user)),
            shape=(num_ids, num_users),
        )
        # Building from coordinates has added up the events of a user and an item.
        users_of_items.data[:] = 1.0
        counts = np.bincount(events.item_id, minlength=num_ids)
        inverse_norms = np.zeros(num_ids)
        np.divide(1.0, np.sqrt(counts), out=inverse_norms, where=counts > 0)
        return cls(
            users_of_items=users_of_items,
            inverse_norms=inverse_norms,
            prior=POPULARITY_WEIGHT * events.item_counts(),
        )

    def score(self, batch: Batch) -> Scores:
        """Returns float64 [B, N] from the last `NUM_INPUTS` inputs of each history."""
        inputs = batch[features.ITEM_ID][:, -NUM_INPUTS:]  # [B, at most NUM_INPUTS]
        items, places = np.unique(inputs, return_inverse=True)
        rows = np.repeat(np.arange(len(inputs)), inputs.shape[1])
        # How often each history holds each item of the batch.
        held = sparse.csr_array(
            (np.ones(inputs.size), (rows, places.reshape(-1))),
            shape=(len(inputs), len(items)),
        )
        known = slice(features.FIRST_ITEM_ID, -1)
        scores: Scores = (held @ self._similarities(items)).toarray()[:, known]
        scores += self.prior
        return scores

    def _similarities(self, items: Ints) -> sparse.csr_array:
        """Returns float64 [K, N + 2], sparse, of K different ids to all ids."""
        # Counts first, which are whole: equal similarities stay equal to the bit.
        both = (self.users_of_items[items] @ self.users_of_items.T).tocoo()
        row, column = both.coords
        others = items[row] != column
        row, column = row[others], column[others]
        norms = self.inverse_norms[items[row]] * self.inverse_norms[column]
        return sparse.csr_array(
            (both.data[others] * norms, (row, column)), shape=both.shape
        )
