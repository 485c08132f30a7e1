"""Mean popularity of what is recommended."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trainer.metrics.checks import check_lists


def list_popularity(
    recommended: ArrayLike, item_counts: ArrayLike
) -> NDArray[np.float64]:
    """Returns the mean training events of the items of each list.

    Its mean over the lists is the average recommendation popularity (ARP) of Yin,
    Cui, Li, Yao and Chen, Challenging the long tail recommendation, 2012.

    Args:
      recommended: ints [`num_targets`, k], ids 1 ... N; 0 where a list is shorter.
      item_counts: [N], the training events of item j + 1 at j.

    Returns:
      float64 [`num_targets`]; not a number where a list is empty.

    Raises:
      ValueError: the lists are not two-axed, or hold ids outside 0 ... N.
    """
    return mean_of_items(recommended, np.asarray(item_counts, np.float64))


def mean_of_items(
    recommended: ArrayLike, item_values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Returns the mean of a value of each list's items, nan where it has none."""
    lists = check_lists(recommended, len(item_values))
    values = np.concatenate([[0.0], item_values])[lists]
    lengths = np.count_nonzero(lists, axis=1)
    means = np.full(len(lists), np.nan)
    np.divide(values.sum(axis=1), lengths, out=means, where=lengths > 0)
    return means
