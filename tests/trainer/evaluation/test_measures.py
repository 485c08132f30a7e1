"""Measures against worked numbers."""

import math

import numpy as np
import pytest

from trainer.evaluation.measures import MEASURES, gains, measure


def test_means_over_the_ranks_of_four_targets():
    measures = measure(np.array([0.0, 2.0, 9.5, np.inf]))
    assert measures["hr@1"] == 0.25
    assert measures["hr@5"] == 0.5
    assert measures["hr@10"] == measures["hr@20"] == 0.75
    assert measures["ndcg@1"] == 0.25
    assert measures["ndcg@5"] == pytest.approx((1 + 1 / 2) / 4)
    assert measures["ndcg@10"] == pytest.approx((1 + 1 / 2 + 1 / math.log2(11.5)) / 4)
    assert measures["mrr@20"] == pytest.approx((1 + 1 / 3 + 1 / 10.5) / 4)


def test_reciprocal_ranks_end_with_place_20():
    # Places 20 (counted from 1), between 20 and 21, and 21.
    gained = gains(np.array([19.0, 19.5, 20.0]))[:, MEASURES.index("mrr@20")]
    assert gained.tolist() == [1 / 20, 1 / 20.5, 0.0]


def test_gains_of_the_targets_average_to_the_measures():
    ranks = np.array([0.0, 2.0, 9.5, np.inf])
    means = gains(ranks).mean(axis=0)
    assert dict(zip(MEASURES, means.tolist(), strict=True)) == measure(ranks)


def test_gives_every_measure_in_the_order_of_the_table():
    assert tuple(measure(np.array([3.0]))) == MEASURES


def test_misses_alone_give_zero_everywhere():
    assert measure(np.array([np.inf, np.inf])) == dict.fromkeys(MEASURES, 0.0)
