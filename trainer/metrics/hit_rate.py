"""Hit rate at k."""

import numpy as np
from numpy.typing import ArrayLike

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
    check_cutoff(k)
    return float(np.mean(check_ranks(ranks) < k))
