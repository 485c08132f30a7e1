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
