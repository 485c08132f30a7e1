"""Hit rate at k."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trainer.metrics.checks import check_cutoff, check_ranks


def hit_rate(ranks: ArrayLike, k: int) -> float:
    """Returns the share of targets among the first `k`.

    With one target a row this is also the recall at `k`.

    Args:
      ranks: float [`num_targets`], 0 for the best, infinity for a miss; ties make
        halves (see `rank_of_target`).
      k: how many recommendations are looked at, at least 1.

    Raises:
      ValueError: there are no ranks, or `k` is below 1.
    """
    return float(np.mean(hits(ranks, k)))


def hits(ranks: ArrayLike, k: int) -> NDArray[np.float64]:
    """Returns the terms of `hit_rate`, [`num_targets`]: 1 for a hit, else 0."""
    check_cutoff(k)
    return np.where(check_ranks(ranks) < k, 1.0, 0.0)
