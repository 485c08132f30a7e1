import math

import numpy as np
import pytest
import tensorflow as tf

from trainer.serving import ranking

NOTHING = -math.inf


def test_popular_items_score_minus_the_log_of_their_rank():
    scores = ranking.popularity_scores(4).numpy()
    np.testing.assert_allclose(scores, [0, -math.log(2), -math.log(3), -math.log(4)])
    assert not np.signbit(scores[0])


def test_seen_items_are_left_out_and_ids_of_no_item_ignored():
    scores = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    ids = [[0, 1], [1, 3], [1, 3], [0, 4], [1, 0], [1, 1]]
    seen = tf.SparseTensor(
        [[row, place] for place, (row, _) in enumerate(ids)],
        tf.constant([id for _, id in ids], tf.int64),
        [2, len(ids)],
    )
    assert ranking.leave_out(scores, tf.sparse.reorder(seen)).numpy().tolist() == [
        [NOTHING, 2.0, 3.0],
        [NOTHING, 5.0, NOTHING],
    ]


def test_the_best_come_first_and_ties_by_id():
    ids, scores = ranking.best(tf.constant([[1.0, 3.0, 3.0, 2.0]]), tf.constant(3))
    assert ids.numpy().tolist() == [[2, 3, 4]]
    assert scores.numpy().tolist() == [[3.0, 3.0, 2.0]]


@pytest.mark.parametrize("top_k", [4, 5, 100])
def test_more_than_is_left(top_k):
    ids, scores = ranking.best(tf.constant([[1.0, NOTHING, 2.0]]), tf.constant(top_k))
    assert ids.numpy().tolist() == [[3, 1] + [0] * (top_k - 2)]
    assert scores.numpy().tolist() == [[2.0, 1.0] + [NOTHING] * (top_k - 2)]


def test_none_and_fewer_than_none():
    ids, scores = ranking.best(tf.constant([[1.0], [2.0]]), tf.constant(0))
    assert ids.shape == scores.shape == [2, 0]
    with pytest.raises(tf.errors.InvalidArgumentError, match="-1"):
        ranking.best(tf.constant([[1.0]]), tf.constant(-1))


@pytest.mark.parametrize("num_values", [1, 2, 50, 10**6])
@pytest.mark.parametrize("top_k", [0, 1, 10, 65, 70, 2_100])
def test_a_large_catalogue_is_ranked_as_a_sort_ranks_it(num_values, top_k):
    num_items = 2_100  # 66 blocks, the last of which is not full.
    generator = np.random.default_rng(num_values)
    # Of few values there are ties within blocks and between them.
    values = np.append(generator.normal(size=num_values), NOTHING).astype(np.float32)
    scores = values[generator.integers(len(values), size=(3, num_items))]
    ids, best = ranking.best(tf.constant(scores), tf.constant(top_k))
    order = np.argsort(-scores, axis=1, kind="stable")[:, :top_k]
    expected = np.take_along_axis(scores, order, axis=1)
    np.testing.assert_array_equal(best, expected)
    np.testing.assert_array_equal(ids, np.where(expected > NOTHING, order + 1, 0))


def test_a_large_catalogue_refuses_a_negative_number_and_takes_no_rows():
    scores = tf.zeros([2, 2_100])
    with pytest.raises(tf.errors.InvalidArgumentError, match="-1"):
        ranking.best(scores, tf.constant(-1))
    ids, _ = ranking.best(scores[:0], tf.constant(3))
    assert ids.shape == [0, 3]
