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
