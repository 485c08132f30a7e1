"""Ranks against worked numbers and against a slow transcription of the rule."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UserError
from trainer.data.records import Ragged
from trainer.evaluation.held_out import HeldOut
from trainer.evaluation.measures import measure
from trainer.evaluation.ranking import (
    NUM_RECOMMENDED,
    default_batch_size,
    rank_targets,
)


class FixedScores:
    """Gives the row of a fixed table that the first input of a history names."""

    name = "fixed"

    def __init__(self, table):
        self.table = np.asarray(table)
        self.batch_sizes = []

    def score(self, batch):
        self.batch_sizes.append(len(batch["item_id"]))
        return self.table[batch["item_id"][:, 0]]


def held_out(target, seen, num_items):
    lengths = [len(ids) for ids in seen]
    return HeldOut(
        inputs={"item_id": np.arange(len(target))[:, np.newaxis]},
        target=np.array(target),
        user=np.arange(len(target)),
        seen=Ragged(
            values=np.array([item for ids in seen for item in ids], np.int32),
            row_splits=np.cumsum([0, *lengths]),
        ),
        num_items=num_items,
    )


def slow_rank(scores, target, left_out):
    """The rule of a rank, one item after the other."""
    num_items = len(scores)
    if not 1 <= target <= num_items or target in left_out:
        return np.inf
    rank = 0.0
    for item in range(1, num_items + 1):
        if item == target or item in left_out:
            continue
        if scores[item - 1] > scores[target - 1]:
            rank += 1.0
        elif scores[item - 1] == scores[target - 1]:
            rank += 0.5
    return rank


def test_counts_higher_items_and_half_of_the_equal_ones():
    scores = [[0.5, 0.9, 0.5, 0.1, 0.5]] * 3
    ranks = rank_targets(FixedScores(scores), held_out([2, 3, 4], [[]] * 3, 5), 3)
    np.testing.assert_array_equal(ranks.all, [0.0, 2.0, 4.0])
    np.testing.assert_array_equal(ranks.filtered, ranks.all)


@pytest.mark.parametrize(
    ("num_best", "hr_10", "hr_1", "ndcg_1"),
    [
        (1, 1.0, 1.0, 1.0),
        (2, 1.0, 1.0, 0.756),
        (20, 1.0, 0.0, 0.0),
        (21, 0.0, 0.0, 0.0),
    ],
)
def test_the_gain_of_equal_scores_is_that_of_their_middle(
    num_best, hr_10, hr_1, ndcg_1
):
    scores = [[1.0] * num_best + [0.0] * 30]
    ranks = rank_targets(FixedScores(scores), held_out([1], [[]], num_best + 30), 1)
    figures = measure(ranks.all)
    assert (figures["hr@10"], figures["hr@1"]) == (hr_10, hr_1)
    assert figures["ndcg@1"] == pytest.approx(ndcg_1, abs=1e-3)


def test_filtered_leaves_out_seen_items_higher_and_equal():
    scores = [[0.5, 0.9, 0.5, 0.1, 0.5]]
    ranks = rank_targets(FixedScores(scores), held_out([3], [[2, 1]], 5), 1)
    np.testing.assert_array_equal(ranks.all, [2.0])
    np.testing.assert_array_equal(ranks.filtered, [0.5])


def test_target_in_seen_misses_only_when_filtered():
    ranks = rank_targets(FixedScores([[3.0, 2.0, 1.0]]), held_out([1], [[1]], 3), 1)
    assert ranks.all[0] == 0.0
    assert ranks.filtered[0] == np.inf


@pytest.mark.parametrize("unknown", [0, 4])
def test_unknown_target_misses(unknown):
    table = FixedScores([[3.0, 2.0, 1.0]])
    ranks = rank_targets(table, held_out([unknown], [[1]], 3), 1)
    assert ranks.all[0] == ranks.filtered[0] == np.inf


def test_unknown_items_in_seen_change_nothing():
    scores = FixedScores([[3.0, 2.0, 1.0]])
    ranks = rank_targets(scores, held_out([3], [[4, 1]], 3), 1)
    np.testing.assert_array_equal(ranks.filtered, [1.0])


def test_items_a_scorer_forbids_rank_last():
    scores = FixedScores([[-np.inf, 0.0, np.inf], [-np.inf, 0.0, np.inf]])
    ranks = rank_targets(scores, held_out([2, 1], [[], []], 3), 2)
    np.testing.assert_array_equal(ranks.all, [1.0, 2.0])


def test_scores_that_are_no_numbers_are_refused():
    scores = FixedScores([[0.0, np.nan, 1.0]])
    with pytest.raises(UserError, match="fixed gives scores that are not numbers"):
        rank_targets(scores, held_out([1], [[]], 3), 1)


def test_scores_of_a_wrong_shape_are_refused():
    with pytest.raises(ValueError, match=r"must return \[B, N\] = \(1, 4\)"):
        rank_targets(FixedScores([[0.0, 1.0, 1.0]]), held_out([1], [[]], 4), 1)


def test_scores_and_reports_chunk_by_chunk():
    scorer = FixedScores(np.zeros((5, 3)))
    reported = []
    targets = held_out([1] * 5, [[]] * 5, 3)
    rank_targets(scorer, targets, 2, lambda *progress: reported.append(progress))
    assert scorer.batch_sizes == [2, 2, 1]
    assert reported == [(2, 5), (4, 5), (5, 5)]


class LengthScores:
    """Scores item j by j times the length of a history, and keeps what it was asked."""

    name = "length"

    def __init__(self):
        self.lengths = []

    def score(self, batch):
        length = np.count_nonzero(batch["item_id"], axis=1)
        self.lengths.append(length.tolist())
        return length[:, np.newaxis] * np.array([1.0, 2.0, 3.0])


def test_histories_of_one_length_are_scored_together_and_ranks_stay_in_their_order():
    targets = held_out([3, 1, 2, 4, 1], [[], [2], [3, 1], [], [1]], 3)
    inputs = np.array([[1, 1, 1], [0, 0, 0], [0, 0, 1], [0, 1, 1], [0, 0, 2]])
    targets = replace(targets, inputs={"item_id": inputs})
    scorer = LengthScores()
    ranks = rank_targets(scorer, targets, 2)
    assert scorer.lengths == [[0, 1], [1, 2], [3]]
    # All items of the empty history are equal.
    np.testing.assert_array_equal(ranks.all, [0.0, 1.0, 1.0, np.inf, 2.0])
    np.testing.assert_array_equal(ranks.filtered, [0.0, 0.5, 0.0, np.inf, np.inf])
    assert ranks.recommended[:, :3].tolist() == [
        [3, 2, 1],
        [1, 3, 0],
        [2, 0, 0],
        [3, 2, 1],
        [3, 2, 0],
    ]


def test_recommends_the_best_items_that_the_user_had_not_seen():
    scores = FixedScores([[0.5, 0.9, 0.5, 0.1, 0.5], [0.0, 1.0, 2.0, 3.0, 4.0]])
    # Unknown items in seen are no items.
    ranks = rank_targets(scores, held_out([6, 1], [[1, 6], [5, 4]], 5), 2)
    assert ranks.recommended.tolist() == [
        [2, 3, 5, 4, *[0] * 6],
        [3, 2, 1, *[0] * 7],
    ]


def test_an_untied_target_is_recommended_where_its_rank_says():
    scores = np.random.default_rng(1).normal(size=(50, 40))
    target = np.random.default_rng(2).integers(1, 41, 50)
    seen = [[(item % 40) + 1] for item in target]
    ranks = rank_targets(FixedScores(scores), held_out(target, seen, 40), 7)
    row, place = np.nonzero(ranks.recommended == target[:, np.newaxis])
    np.testing.assert_array_equal(ranks.filtered[row], place)
    assert len(row) == np.count_nonzero(ranks.filtered < NUM_RECOMMENDED)


class RandomScores:
    """Makes new scores of every chunk, as a model does."""

    name = "random"

    def __init__(self, num_items):
        self.num_items = num_items

    def score(self, batch):
        size = (len(batch["item_id"]), self.num_items)
        return np.random.default_rng(0).random(size)


def test_memory_does_not_grow_with_targets_times_items():
    num_targets, num_items = 3000, 1000
    targets = held_out([1] * num_targets, [[2]] * num_targets, num_items)
    tracemalloc.start()
    try:
        ranks = rank_targets(RandomScores(num_items), targets, batch_size=10)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert ranks.recommended.shape == (num_targets, NUM_RECOMMENDED)
    # All scores would take 24 MB, and one bit of each 0.4 MB.
    assert peak_bytes < 1_000_000


def test_batch_size_shrinks_as_the_catalogue_grows():
    assert default_batch_size(100) == 1024
    assert default_batch_size(1_000_000) == 16
    assert default_batch_size(10**9) == 1


@st.composite
def rankings(draw):
    num_items = draw(st.integers(1, 8))
    num_targets = draw(st.integers(1, 6))
    few_values = st.integers(-2, 2).map(float)
    row = st.lists(few_values, min_size=num_items, max_size=num_items)
    scores = draw(st.lists(row, min_size=num_targets, max_size=num_targets))
    ids = st.integers(1, num_items + 1)
    target = draw(st.lists(ids, min_size=num_targets, max_size=num_targets))
    few_ids = st.lists(ids, unique=True, max_size=num_items)
    seen = draw(st.lists(few_ids, min_size=num_targets, max_size=num_targets))
    return num_items, scores, target, seen


@given(rankings(), st.integers(1, 7))
def test_equals_the_slow_rule_in_chunks_of_any_size(ranking, batch_size):
    num_items, scores, target, seen = ranking
    ranks = rank_targets(
        FixedScores(scores), held_out(target, seen, num_items), batch_size
    )
    expected_all = [slow_rank(s, t, []) for s, t in zip(scores, target, strict=True)]
    expected_filtered = [
        slow_rank(s, t, left_out)
        for s, t, left_out in zip(scores, target, seen, strict=True)
    ]
    np.testing.assert_array_equal(ranks.all, expected_all)
    np.testing.assert_array_equal(ranks.filtered, expected_filtered)
    whole = rank_targets(FixedScores(scores), held_out(target, seen, num_items), 100)
    np.testing.assert_array_equal(ranks.recommended, whole.recommended)
