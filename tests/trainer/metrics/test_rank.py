import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from trainer.metrics import rank_of_target

SCORES = np.array([[0.1, 0.9, 0.5, 0.5, 0.5]], np.float32)


@pytest.mark.parametrize(("target", "rank"), [(2, 0.0), (3, 2.0), (4, 2.0), (1, 4.0)])
def test_counts_higher_items_and_half_of_the_equal(target: int, rank: float) -> None:
    assert float(rank_of_target(SCORES, np.array([target]))[0]) == rank


@pytest.mark.parametrize("target", [0, 6, -1])
def test_what_is_no_item_is_a_miss(target: int) -> None:
    assert np.isinf(rank_of_target(SCORES, np.array([target])))[0]


def test_seen_items_leave_the_ranking() -> None:
    target = np.array([1])
    assert float(rank_of_target(SCORES, target, np.array([[2, 3, 0]]))[0]) == 2.0
    # Repeated and unknown ids are no further items.
    seen = np.array([[2, 2, 3, 6, 0]])
    assert float(rank_of_target(SCORES, target, seen)[0]) == 2.0


def test_a_seen_target_is_a_miss() -> None:
    assert np.isinf(rank_of_target(SCORES, np.array([2]), np.array([[2]])))[0]


def test_scores_that_are_no_numbers_help_nobody() -> None:
    scores = np.array([[np.nan, 1.0, 2.0], [np.nan, np.nan, np.nan]], np.float32)
    ranks = np.asarray(rank_of_target(scores, np.array([3, 1])))
    np.testing.assert_array_equal(ranks, [1.0, 3.0])


@given(
    scores=hnp.arrays(np.float32, (3, 6), elements=st.integers(-2, 2)),
    target=hnp.arrays(np.int32, 3, elements=st.integers(0, 7)),
    seen=hnp.arrays(np.int32, (3, 4), elements=st.integers(0, 7)),
)
def test_agrees_with_counting(
    scores: np.ndarray, target: np.ndarray, seen: np.ndarray
) -> None:
    found = np.asarray(rank_of_target(scores, target, seen))
    for row in range(3):
        left = [j for j in range(1, 7) if j not in seen[row]]
        if target[row] not in left:
            assert np.isinf(found[row])
            continue
        own = scores[row, target[row] - 1]
        others = [scores[row, j - 1] for j in left if j != target[row]]
        expected = sum(s > own for s in others) + 0.5 * sum(s == own for s in others)
        assert found[row] == expected
