"""Catalogue coverage: the share of items that are recommended to anyone."""

import numpy as np
from numpy.typing import ArrayLike

from trainer.metrics.checks import check_lists


def coverage(recommended: ArrayLike, num_items: int) -> float:
    """Returns the share of the catalogue that stands in at least one list.

    Ge, Delgado-Battenfeld and Jannach, Beyond accuracy: evaluating recommender
    systems by coverage and serendipity, 2010 ("catalog coverage"). It grows with the
    number of lists, so only figures over the same targets can be compared.

    Args:
      recommended: ints [`num_targets`, k], ids 1 ... N; 0 where a list is shorter.
      num_items: N, at least 1.

    Raises:
      ValueError: the lists are not two-axed, or hold ids outside 0 ... N.
    """
    lists = check_lists(recommended, num_items)
    return np.count_nonzero(np.unique(lists)) / num_items
