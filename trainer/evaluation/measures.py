"""The measures of an evaluation, by the names that a run's own figures have."""

import numpy as np
import numpy.typing as npt

from trainer.metrics import hit_rate, mrr, ndcg

CUTOFFS = (1, 5, 10, 20)

HIT_RATE = "hr"
NDCG = "ndcg"
MRR = "mrr"


def at(measure: str, cutoff: int) -> str:
    """Returns the name of a measure of the first `cutoff` places."""
    return f"{measure}@{cutoff}"


MEASURES = (
    *(at(HIT_RATE, cutoff) for cutoff in CUTOFFS),
    *(at(NDCG, cutoff) for cutoff in CUTOFFS),
    MRR,
)


def measure(ranks: npt.NDArray[np.float64]) -> dict[str, float]:
    """Returns every one of `MEASURES`, by name and in that order.

    Args:
      ranks: float [T], T at least 1, counted from 0; infinity for a sure miss.
    """
    return {
        **{at(HIT_RATE, cutoff): hit_rate(ranks, cutoff) for cutoff in CUTOFFS},
        **{at(NDCG, cutoff): ndcg(ranks, cutoff) for cutoff in CUTOFFS},
        MRR: mrr(ranks),
    }
