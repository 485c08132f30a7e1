"""The small reader agrees with TensorFlow's own writer."""

import io
import struct
import zlib

import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from schemas.example_records import parse_example, read_records

INT64 = st.integers(-(2**63), 2**63 - 1)
VALUES = st.one_of(
    st.lists(INT64, min_size=1, max_size=5),
    st.lists(st.binary(max_size=5), min_size=1, max_size=3),
)
FEATURES = st.dictionaries(st.text(max_size=5), VALUES, max_size=5)


def serialised(features) -> bytes:
    example = tf.train.Example()
    for name, values in features.items():
        feature = example.features.feature[name]
        if values and isinstance(values[0], bytes):
            feature.bytes_list.value.extend(values)
        else:
            feature.int64_list.value.extend(values)
    return example.SerializeToString()


@given(FEATURES)
def test_reads_what_tensorflow_wrote(features):
    assert parse_example(serialised(features)) == features


@given(FEATURES, FEATURES)
def test_messages_one_behind_the_other_are_their_merger(first, second):
    found = parse_example(serialised(first) + serialised(second))
    assert found == {**first, **second}


@given(st.binary(max_size=40))
def test_any_bytes_are_an_example_or_a_value_error(data):
    try:
        parsed = parse_example(data)
    except ValueError:
        return
    assert all(isinstance(name, str) for name in parsed)


def test_integers_that_are_not_packed():
    # An int64_list of two fields of one varint each, as older writers have it.
    numbers = b"\x08\x07\x08" + b"\xff" * 9 + b"\x01"
    feature = b"\x1a" + bytes([len(numbers)]) + numbers
    entry = b"\x0a\x01a\x12" + bytes([len(feature)]) + feature
    features = b"\x0a" + bytes([len(entry)]) + entry
    data = b"\x0a" + bytes([len(features)]) + features
    assert parse_example(data) == {"a": [7, -1]}
    assert tf.train.Example.FromString(data).features.feature["a"].int64_list.value == [
        7,
        -1,
    ]


def test_floats_are_passed_over():
    example = tf.train.Example()
    example.features.feature["x"].float_list.value.append(1.5)
    example.features.feature["y"].int64_list.value.append(2)
    assert parse_example(example.SerializeToString()) == {"y": [2]}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_reads_the_records_of_a_file(count, tmp_path):
    records = [b"", b"abc", bytes(1000)][:count]
    path = tmp_path / "records"
    with tf.io.TFRecordWriter(str(path)) as writer:
        for record in records:
            writer.write(record)
    data = path.read_bytes()
    assert list(read_records(io.BytesIO(data))) == records
    for end in range(len(data)):
        try:
            found = list(read_records(io.BytesIO(data[:end])))
        except ValueError:
            continue
        # Cut between two records nothing tells that there were more.
        assert found == records[: len(found)]
        assert len(found) < len(records)


def test_a_length_beyond_all_bounds_is_a_value_error():
    data = struct.pack("<QI", 2**64 - 1, zlib.crc32(b"")) + b"abc"
    with pytest.raises(ValueError, match="a record has 18,446,744"):
        list(read_records(io.BytesIO(data)))
