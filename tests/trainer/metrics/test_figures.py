"""Hit rate, NDCG and MRR from ranks."""

from collections.abc import Callable

import numpy as np
import pytest

from trainer.metrics import hit_rate, ndcg, reciprocal_ranks

RANKS = np.array([0.0, 1.5, 9.0, 10.0, np.inf])


def test_hit_rate_counts_ranks_below_k() -> None:
    assert hit_rate(RANKS, 1) == pytest.approx(1 / 5)
    assert hit_rate(RANKS, 10) == pytest.approx(3 / 5)


def test_ndcg_discounts_by_the_logarithm_of_the_rank() -> None:
    gains = [1.0, 1 / np.log2(3.5), 1 / np.log2(11.0)]
    assert ndcg(RANKS, 10) == pytest.approx(sum(gains) / 5)
    assert ndcg(RANKS, 1) == pytest.approx(1 / 5)


def test_reciprocal_ranks_end_at_k() -> None:
    gains = [1.0, 1 / 2.5, 1 / 10.0, 0.0, 0.0]
    np.testing.assert_allclose(reciprocal_ranks(RANKS, 10), gains)


def test_misses_alone_are_worth_nothing() -> None:
    misses = np.full(3, np.inf)
    assert (hit_rate(misses, 5), ndcg(misses, 5)) == (0.0, 0.0)
    assert reciprocal_ranks(misses, 5).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("metric", [hit_rate, ndcg, reciprocal_ranks])
def test_refuses_no_ranks_and_no_cutoff(metric: Callable[..., float]) -> None:
    with pytest.raises(ValueError, match=r"`ranks` must be \[num_targets\] with a"):
        metric(np.zeros(0), 5)
    with pytest.raises(ValueError, match="`k` must be at least 1, got 0"):
        metric(RANKS, 0)
