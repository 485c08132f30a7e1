"""Serialised examples of integers: what other readers of protobuf make of them."""

import numpy as np
import pyarrow as pa
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from tfx_bsl.coders.example_coder import RecordBatchToExamplesEncoder

from pipeline.records.example_bytes import (
    int64_examples,
    varint,
    varint_size,
    varint_sizes,
)

LARGEST = 2**63 - 1


def by_encoder(features):
    """The same by tfx_bsl, a feature at a time."""
    encoder = RecordBatchToExamplesEncoder()
    parts = [
        encoder.encode(
            pa.record_batch({name: pa.array(v.tolist(), pa.large_list(pa.int64()))})
        )
        for name, v in features.items()
    ]
    return [b"".join(row) for row in zip(*parts, strict=True)]


@st.composite
def features_of_rows(draw):
    rows = draw(st.integers(1, 6))
    names = draw(st.lists(st.text("abc_", min_size=1), min_size=1, max_size=4))
    near = st.sampled_from([0, 1, 127, 128, 16_383, 16_384, LARGEST, -1, -(2**63)])
    return {
        name: draw(
            st_numpy.arrays(
                np.int64,
                (rows, draw(st.integers(1, 5))),
                elements=near | st.integers(0, 300) | st.integers(-(2**63), LARGEST),
            )
        )
        for name in names
    }


@given(features_of_rows())
def test_the_bytes_are_those_of_the_encoder_of_tfx(features):
    assert int64_examples(features).to_pylist() == by_encoder(features)


@pytest.mark.parametrize("length", [1, 5, 50, 127, 128, 129, 20_000])
@pytest.mark.parametrize("largest", [1, 100, 40_000])
def test_lengths_of_several_bytes(length, largest):
    values = np.random.default_rng(0).integers(0, largest, (3, length))
    features = {"item_id": values, "target": values[:, ::-1].copy()}
    assert int64_examples(features).to_pylist() == by_encoder(features)


def test_tensorflow_reads_them():
    features = {
        "item_id": np.asarray([[0, 7, 300], [1, 2, 3]]),
        "start": np.asarray([[4], [-5]]),
    }
    parsed = tf.io.parse_example(
        int64_examples(features).to_pylist(),
        {
            "item_id": tf.io.FixedLenFeature([3], tf.int64),
            "start": tf.io.FixedLenFeature([], tf.int64),
        },
    )
    assert parsed["item_id"].numpy().tolist() == [[0, 7, 300], [1, 2, 3]]
    assert parsed["start"].numpy().tolist() == [4, -5]


@pytest.mark.parametrize(
    ("value", "encoded"),
    [(0, "00"), (127, "7f"), (128, "8001"), (300, "ac02"), (16_384, "808001")],
)
def test_varints(value, encoded):
    assert varint(value).hex() == encoded
    assert varint_size(value) == len(encoded) // 2


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1))
def test_sizes_of_many_varints_are_those_of_each(values):
    found = varint_sizes(np.asarray(values, np.uint64))
    assert found.tolist() == [len(varint(value)) for value in values]
