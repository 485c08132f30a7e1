"""The terms of the mean reciprocal rank."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trainer.metrics.checks import check_cutoff, check_ranks


def reciprocal_ranks(ranks: ArrayLike, k: int) -> NDArray[np.float64]:
    """Returns 1 / (rank + 1) of each target, 0 beyond the first `k`.

    Their mean is MRR@k.

    Args:
      ranks: float [`num_targets`], 0 for the best, infinity for a miss.
      k: how many recommendations are looked at, at least 1.

    Raises:
      ValueError: there are no ranks, or `k` is below 1.
    """
    check_cutoff(k)
    ranks = check_ranks(ranks)
    return np.where(ranks < k, 1.0 / (ranks + 1.0), 0.0)
