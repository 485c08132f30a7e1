"""Coverage, popularity and novelty of recommended items, against worked numbers."""

import math

import numpy as np
import pytest

from trainer.metrics import coverage, list_novelty, list_popularity

# Of 16 events; the fourth item has none.
COUNTS = np.array([8, 4, 4, 0])


def test_coverage_counts_each_recommended_item_once():
    assert coverage([[1, 2], [2, 1], [3, 0]], 4) == 3 / 4
    assert coverage([[2, 2], [2, 0]], 4) == 1 / 4
    assert coverage([[0, 0]], 4) == 0.0


def test_popularity_is_the_mean_of_the_items_events():
    values = list_popularity([[1, 2], [2, 3], [4, 1], [2, 0]], COUNTS)
    np.testing.assert_array_equal(values, [6.0, 4.0, 4.0, 4.0])


def test_novelty_is_the_mean_of_the_items_surprise_in_bits():
    # Shares of 1/2, 1/4 and 1/4 are worth 1, 2 and 2 bits.
    values = list_novelty([[1, 2], [2, 3], [1, 0]], COUNTS)
    np.testing.assert_allclose(values, [1.5, 2.0, 1.0])


def test_an_item_without_events_is_as_novel_as_one_with_a_single_event():
    assert list_novelty([[4]], COUNTS)[0] == math.log2(16)


@pytest.mark.parametrize("measure", [list_popularity, list_novelty])
def test_an_empty_list_has_neither(measure):
    values = measure([[0, 0], [1, 0]], COUNTS)
    assert np.isnan(values[0])
    assert np.isfinite(values[1])


@pytest.mark.parametrize("measure", [list_popularity, list_novelty])
def test_refuses_what_are_no_items(measure):
    with pytest.raises(ValueError, match=r"must hold ids of 0 ... 4, got 1 ... 5"):
        measure([[1, 5]], COUNTS)
    with pytest.raises(ValueError, match=r"must hold ids of 0 ... 4, got -1 ... 1"):
        coverage([[1, -1]], 4)
    with pytest.raises(ValueError, match=r"must be \[num_targets, k\], got \(2,\)"):
        measure([1, 2], COUNTS)
