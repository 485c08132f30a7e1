"""Checks of arguments that the metrics share."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def check_ranks(ranks: ArrayLike) -> NDArray[np.float64]:
    """Returns the ranks as float64, refusing an empty or many-axed array."""
    array = np.asarray(ranks, dtype=np.float64)
    if array.ndim != 1 or not array.size:
        raise ValueError(
            f"`ranks` must be [num_targets] with a target or more, got {array.shape}."
        )
    return array


def check_cutoff(k: int) -> None:
    """Refuses a cut-off below 1."""
    if k < 1:
        raise ValueError(f"`k` must be at least 1, got {k}.")


def check_lists(recommended: ArrayLike, num_items: int) -> NDArray[np.int64]:
    """Returns lists of item ids as int64, refusing what is no list of items.

    Args:
      recommended: ints [`num_targets`, k], 1 ... `num_items`, 0 where a list is
        shorter than k.
      num_items: N.
    """
    array = np.asarray(recommended, dtype=np.int64)
    if array.ndim != 2:
        raise ValueError(f"`recommended` must be [num_targets, k], got {array.shape}.")
    if array.size and not 0 <= array.min() <= array.max() <= num_items:
        raise ValueError(
            f"`recommended` must hold ids of 0 ... {num_items}, got {array.min()} ... "
            f"{array.max()}."
        )
    return array
