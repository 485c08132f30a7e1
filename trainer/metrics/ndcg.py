"""Normalised discounted cumulative gain at k."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trainer.metrics.checks import check_cutoff, check_ranks


def ndcg(ranks: ArrayLike, k: int) -> float:
    """Returns the mean of 1 / log2(rank + 2) over targets among the first `k`.

    With one relevant item the ideal gain is 1, so no division is left (Järvelin and
    Kekäläinen, Cumulated gain-based evaluation of IR techniques, 2002).

    Args:
      ranks: float [`num_targets`], 0 for the best, infinity for a miss.
      k: how many recommendations are looked at, at least 1.

    Raises:
      ValueError: there are no ranks, or `k` is below 1.
    """
    return float(np.mean(discounted_gains(ranks, k)))


def discounted_gains(ranks: ArrayLike, k: int) -> NDArray[np.float64]:
    """Returns the terms of `ndcg`, [`num_targets`]; 0 beyond the first `k`."""
    check_cutoff(k)
    ranks = check_ranks(ranks)
    return np.where(ranks < k, 1.0 / np.log2(ranks + 2.0), 0.0)
