"""Novelty: how surprising what is recommended is."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trainer.metrics.popularity import mean_of_items


def list_novelty(recommended: ArrayLike, item_counts: ArrayLike) -> NDArray[np.float64]:
    """Returns the mean self-information of the items of each list, in bits.

    -log2 p(item), where p is the item's share of the training events: Vargas and
    Castells, Rank and relevance in novelty and diversity metrics for recommender
    systems, 2011 (expected free discovery, with neither rank nor relevance); the
    "mean self-information" of Zhou et al., Solving the apparent diversity-accuracy
    dilemma of recommender systems, 2010, takes shares of users instead.

    Args:
      recommended: ints [`num_targets`, k], ids 1 ... N; 0 where a list is shorter.
      item_counts: [N], the training events of item j + 1 at j, one or more in all.
        An item without any counts as one with a single event: its surprise would
        have no bound.

    Returns:
      float64 [`num_targets`]; not a number where a list is empty.

    Raises:
      ValueError: the lists are not two-axed, or hold ids outside 0 ... N.
    """
    counts = np.asarray(item_counts, np.float64)
    num_events = max(counts.sum(), 1.0)
    return mean_of_items(recommended, np.log2(num_events / np.maximum(counts, 1.0)))
