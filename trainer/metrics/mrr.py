"""Mean reciprocal rank."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trainer.metrics.checks import check_cutoff, check_ranks


def mrr(ranks: ArrayLike, k: int | None = None) -> float:
    """Returns the mean of 1 / (rank + 1).

    Args:
      ranks: float [`num_targets`], 0 for the best, infinity for a miss.
      k: count only targets among the first `k`; None counts all.

    Raises:
      ValueError: there are no ranks, or `k` is below 1.
    """
    return float(np.mean(reciprocal_ranks(ranks, k)))


def reciprocal_ranks(ranks: ArrayLike, k: int | None = None) -> NDArray[np.float64]:
    """Returns the terms of `mrr`, [`num_targets`]; 0 beyond the first `k`."""
    ranks = check_ranks(ranks)
    gains = 1.0 / (ranks + 1.0)
    if k is None:
        return gains
    check_cutoff(k)
    return np.where(ranks < k, gains, 0.0)
