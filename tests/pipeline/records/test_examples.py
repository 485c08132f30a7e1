"""Examples: what is encoded, for which shard, and in which order."""

import numpy as np
import pyarrow as pa
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from pipeline.arrays import columns
from pipeline.arrays.digests import bucket_of, user_digests
from pipeline.records.examples import encode_examples, sorted_examples
from schemas.layout import SPLIT_FOLDERS

USERS = ["ann", "bob", "cyd", "dan"]


def lists(values, kind=None):
    return pa.array(values, pa.large_list(kind or pa.int64()))


def transformed(users=USERS, start=0, split="train", inputs=(0, 1)):
    digests = user_digests(users).view(np.int64)
    n = len(users)
    return pa.record_batch(
        {
            "item_id": lists([list(inputs)] * n),
            "nb_days": lists([[0, 3]] * n),
            "gap_days": lists([[0, 2]] * n),
            "target": lists([[1, 2]] * (n - 1) + [[1, 6]]),
            "user_id": lists([[user.encode()] for user in users], pa.large_binary()),
            "start": lists([[start]] * n),
            "day": lists([[0, 10, 12]] * n),
            "seen": lists([[6, 1, 6, 2]] * n),
            "digest_high": lists([[value] for value in digests[:, 0].tolist()]),
            "digest_low": lists([[value] for value in digests[:, 1].tolist()]),
            "split": lists([[SPLIT_FOLDERS.index(split)]] * n),
        }
    )


def parsed(data):
    example = tf.train.Example.FromString(data)
    return {
        name: list(feature.int64_list.value) or list(feature.bytes_list.value)
        for name, feature in example.features.feature.items()
    }


def encode(split, num_shards, batch=None):
    element = (transformed(split=split) if batch is None else batch, {})
    parts = dict(encode_examples(element, num_shards, num_items=5))
    assert {found for found, _ in parts} <= {split}
    return {shard: columns.from_bytes(data) for (_, shard), data in parts.items()}


def test_an_evaluation_example_holds_every_feature_and_the_unknown_id_once():
    examples = sorted_examples(list(encode("eval", 1).values()))
    assert examples.num_unknown == 1
    found = {parsed(data)["user_id"][0]: parsed(data) for data in examples}
    assert found[b"ann"] == {
        "item_id": [0, 1],
        "nb_days": [0, 3],
        "gap_days": [0, 2],
        "target": [1, 2],
        "user_id": [b"ann"],
        "start": [0],
        "day": [0, 10, 12],
        "seen": [1, 6, 2],
    }


def test_a_training_example_has_no_seen():
    examples = sorted_examples(list(encode("train", 1).values()))
    assert all("seen" not in parsed(data) for data in examples)


@pytest.mark.parametrize("num_shards", [1, 2, 3, 8])
def test_shards_follow_the_order_of_user_digests(num_shards):
    by_shard = encode("train", num_shards)
    users = [
        parsed(data)["user_id"][0].decode()
        for shard in sorted(by_shard)
        for data in sorted_examples([by_shard[shard]])
    ]
    digests = user_digests(USERS)[:, 0]
    assert users == [USERS[place] for place in np.argsort(digests)]
    assert set(by_shard) == set(bucket_of(digests, num_shards).tolist())


@pytest.mark.parametrize("bytes_at_once", [1, 1 << 20])
def test_examples_of_a_user_come_by_start_whatever_the_order_of_arrival(
    bytes_at_once, monkeypatch
):
    monkeypatch.setattr("pipeline.records.examples._BYTES_AT_ONCE", bytes_at_once)
    parts = [
        batch
        for start in (4, 0, 10)
        for batch in encode("train", 1, transformed(["ann"], start)).values()
    ]
    examples = sorted_examples(parts)
    assert len(examples) == 3
    assert [parsed(data)["start"] for data in examples] == [[0], [4], [10]]


@given(st.permutations([(0, (0, 1)), (0, (1, 1)), (1, (1, 1)), (2, (1, 1))]))
def test_held_out_examples_that_share_a_start_come_by_their_targets(arrivals):
    parts = [
        batch
        for start, inputs in arrivals
        for batch in encode(
            "eval", 1, transformed(["ann"], start, "eval", inputs)
        ).values()
    ]
    found = [parsed(data) for data in sorted_examples(parts)]
    assert [(example["start"], example["item_id"]) for example in found] == [
        ([0], [0, 1]),
        ([0], [1, 1]),
        ([1], [1, 1]),
        ([2], [1, 1]),
    ]


def test_an_empty_batch_gives_nothing():
    assert encode("train", 2, transformed().slice(0, 0)) == {}
