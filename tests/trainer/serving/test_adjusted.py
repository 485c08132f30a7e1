"""The signature that adds to the scores: what is left out, and what stays as it is."""

import math

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorflow.core.protobuf import saved_model_pb2

from tests.trainer.serving import catalogue
from tests.trainer.serving.catalogue import ITEMS, Answer, ask

ROWS = [
    [("2016-04-20", "b"), ("2016-05-01", "d"), ("2016-11-30", "a")],
    [("2016-04-20", "never heard of")],
    # Gets the popular items.
    [],
]
NOTHING = -math.inf


def adjusted(adjustment, keep_seen=False, top_k=8):
    """Asks for `ROWS`; returns the ids too."""
    texts = [
        tf.constant(
            [[*(event[i] for event in row), *[""] * (3 - len(row))] for row in ROWS]
        )
        for i in (1, 0)
    ]
    answer = catalogue.loaded().adjusted(
        *texts,
        tf.constant(adjustment, tf.float32),
        top_k=top_k,
        keep_seen=tf.constant(keep_seen),
    )
    items = [[i.decode() for i in row] for row in answer["item_id"].numpy()]
    ids = answer["vocabulary_id"].numpy().tolist()
    return Answer(items, answer["score"].numpy().tolist()), ids


@pytest.mark.parametrize("keep_seen", [False, True])
def test_nothing_added_changes_nothing(keep_seen):
    answer, ids = adjusted([0.0] * len(ITEMS), keep_seen)
    assert answer == ask(
        ROWS, signature="keep_seen" if keep_seen else "serving_default"
    )
    assert ids == [
        [ITEMS.index(item) + 1 if item else 0 for item in row] for row in answer.items
    ]


@settings(max_examples=30)
@given(st.sets(st.sampled_from(ITEMS)), st.booleans(), st.integers(1, 8))
def test_what_is_left_out_leaves_the_order_and_the_scores_of_the_rest(
    left_out, keep_seen, top_k
):
    added = [NOTHING if item in left_out else 0.0 for item in ITEMS]
    answer, _ = adjusted(added, keep_seen, top_k)
    whole = ask(ROWS, signature="keep_seen" if keep_seen else "serving_default")
    for row, scores, items, all_scores in zip(*answer, *whole, strict=True):
        kept = [
            (item, score)
            for item, score in zip(items, all_scores, strict=True)
            if item and item not in left_out
        ][:top_k]
        kept += [("", NOTHING)] * (top_k - len(kept))
        assert list(zip(row, scores, strict=True)) == kept


def test_what_is_added_is_added():
    added = np.linspace(-3.0, 3.0, len(ITEMS)).astype(np.float32)
    answer, ids = adjusted(added, keep_seen=True)
    plain = ask(ROWS, signature="keep_seen")
    for items, scores, row, row_ids in zip(*plain, answer.scores, ids, strict=True):
        score_of = dict(zip(items, scores, strict=True))
        expected = np.array([score_of[item] for item in ITEMS]) + added
        order = np.argsort(-expected)
        np.testing.assert_array_equal(row_ids, order + 1)
        np.testing.assert_allclose(row, expected[order], atol=1e-5)


@pytest.mark.parametrize("count", [0, 1, 7, 9])
def test_an_adjustment_of_other_items_is_refused(count):
    with pytest.raises(
        tf.errors.InvalidArgumentError,
        match="`adjustment` must hold a number for each of the 8 items",
    ):
        adjusted([0.0] * count)


def test_a_server_may_leave_out_all_but_the_adjustment():
    proto = saved_model_pb2.SavedModel()
    proto.ParseFromString((catalogue.export() / "saved_model.pb").read_bytes())
    definition = proto.meta_graphs[0].signature_def["adjusted"]
    assert {
        name: tf.make_ndarray(value).tolist()
        for name, value in definition.defaults.items()
    } == {"as_of": [b""], "top_k": 10, "keep_seen": False}
    assert set(definition.inputs) == {
        "item_id",
        "event_date",
        "adjustment",
        "as_of",
        "top_k",
        "keep_seen",
    }
    assert set(definition.outputs) == {"item_id", "score", "vocabulary_id"}
