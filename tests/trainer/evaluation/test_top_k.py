"""The best items, against a stable sort of all."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trainer.evaluation.top_k import best_items

NONE = np.zeros(0, int)


def sorted_items(scores, k, left_out):
    """The first k ids by falling score, of equal ones the smaller first."""
    order = np.argsort(-scores, kind="stable") + 1
    ids = [
        item
        for item in order.tolist()
        if item not in left_out and scores[item - 1] > -np.inf
    ]
    return (ids + [0] * k)[:k]


def test_best_first_and_of_equal_scores_the_smaller_id():
    scores = np.array([[0.5, 0.9, 0.5, 0.1], [0.0, 0.0, 0.0, 0.0]])
    best = best_items(scores, 3, NONE, NONE)
    assert best.dtype == np.int32
    assert best.tolist() == [[2, 1, 3], [1, 2, 3]]


def test_items_left_out_of_one_row_stay_in_the_others():
    scores = np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0]])
    best = best_items(scores, 2, np.array([0, 0]), np.array([1, 3]))
    assert best.tolist() == [[2, 0], [1, 2]]


def test_an_impossible_item_is_not_recommended():
    scores = np.array([[-np.inf, 1.0, np.inf]])
    assert best_items(scores, 3, NONE, NONE).tolist() == [[3, 2, 0]]


def test_scores_that_cannot_be_written_are_read_alone():
    scores = np.broadcast_to(np.arange(5.0), (2, 5))
    best = best_items(scores, 1, np.array([1]), np.array([5]))
    assert best.tolist() == [[5], [4]]


@given(
    seed=st.integers(0, 2**32 - 1),
    num_items=st.integers(1, 400),
    k=st.integers(1, 12),
    num_values=st.sampled_from([1, 2, 3, 50, 10**6]),
    left_out_share=st.sampled_from([0.0, 0.1, 0.9, 1.0]),
)
def test_equals_a_stable_sort(seed, num_items, k, num_values, left_out_share):
    generator = np.random.default_rng(seed)
    # Rows of few values have ties, many of them across the last place.
    values = np.append(generator.normal(size=num_values), -np.inf)
    scores = values[generator.integers(len(values), size=(4, num_items))]
    is_out = generator.random(scores.shape) < left_out_share
    row, column = np.nonzero(is_out)
    best = best_items(scores, k, row, column + 1)
    expected = [
        sorted_items(scores[index], k, set((np.flatnonzero(out) + 1).tolist()))
        for index, out in enumerate(is_out)
    ]
    assert best.tolist() == expected
