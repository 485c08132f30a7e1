"""The measures of an evaluation, by the names that a run's own figures have."""

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from trainer.metrics import discounted_gains, hits, reciprocal_ranks

Floats = npt.NDArray[np.float64]

CUTOFFS = (1, 5, 10, 20)
MRR_CUTOFF = 20

HIT_RATE = "hr"
NDCG = "ndcg"
MRR = "mrr"


def at(measure: str, cutoff: int) -> str:
    """Returns the name of a measure of the first `cutoff` places."""
    return f"{measure}@{cutoff}"


# Means over the targets of a gain that follows from the target's rank.
_GAINS: dict[str, Callable[[Floats], Floats]] = {
    **{at(HIT_RATE, cutoff): partial(hits, k=cutoff) for cutoff in CUTOFFS},
    **{at(NDCG, cutoff): partial(discounted_gains, k=cutoff) for cutoff in CUTOFFS},
    at(MRR, MRR_CUTOFF): partial(reciprocal_ranks, k=MRR_CUTOFF),
}
MEASURES = tuple(_GAINS)

# Of the ten items that are recommended; filtered alone, since no one is recommended
# what they have.
COVERAGE = "coverage@10"
POPULARITY = "popularity@10"
NOVELTY = "novelty@10"
LIST_MEASURES = (COVERAGE, POPULARITY, NOVELTY)

# What is given for a part of the targets.
CUT_MEASURES = (at(HIT_RATE, 10), at(NDCG, 10))


def gains(ranks: Floats) -> Floats:
    """Returns what each target adds to each of `MEASURES`.

    Args:
      ranks: float [T], T at least 1, counted from 0; infinity for a sure miss.

    Returns:
      float64 [T, `len(MEASURES)`] of 0 ... 1.
    """
    return np.stack([gain(ranks) for gain in _GAINS.values()], axis=1)


def measure(ranks: Floats) -> dict[str, float]:
    """Returns every one of `MEASURES`, by name and in that order.

    Args:
      ranks: as those of `gains`.
    """
    return by_name(MEASURES, gains(ranks).mean(axis=0))


def by_name(names: tuple[str, ...], values: Floats) -> dict[str, float]:
    """Returns the values as plain numbers, by name."""
    return dict(zip(names, values.tolist(), strict=True))
