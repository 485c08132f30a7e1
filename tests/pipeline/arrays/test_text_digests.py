"""Digests of columns of text."""

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.arrays.text_bytes import text_bytes
from pipeline.arrays.text_digests import partitions_of, text_digests

texts = st.lists(st.text(max_size=12), max_size=20)


def array(values):
    return pa.array(values, pa.string())


@given(texts, st.data())
def test_a_digest_does_not_depend_on_what_stands_beside_it(values, data):
    start = data.draw(st.integers(0, len(values)))
    stop = data.draw(st.integers(start, len(values)))
    whole = text_digests(array(values)).tolist()
    assert (
        text_digests(array(values).slice(start, stop - start)).tolist()
        == (whole[start:stop])
    )
    assert [int(text_digests(array([text]))[0]) for text in values] == whole


@given(texts)
def test_equal_texts_and_no_others_have_equal_digests(values):
    digests = text_digests(array(values)).tolist()
    for (a, of_a), (b, of_b) in itertools.combinations(
        zip(values, digests, strict=True), 2
    ):
        assert (a == b) == (of_a == of_b)


@given(texts)
def test_bytes_of_a_column_are_those_of_its_texts(values):
    offsets, data = text_bytes(array(values))
    found = [
        data[a:b].tobytes().decode() for a, b in itertools.pairwise(offsets.tolist())
    ]
    assert found == values


@given(texts)
def test_columns_of_large_texts_have_the_digests_of_their_texts(values):
    large = pa.array(["x", *values], pa.large_string())[1:]
    assert text_digests(large).tolist() == text_digests(array(values)).tolist()


def test_digests_are_the_same_in_every_version():
    # Of a data set nothing depends on them; a worker of another interpreter does.
    assert text_digests(array(["", "a", "2260466"])).tolist() == [
        0,
        14537758477414431314,
        1715890349604157512,
    ]


@pytest.mark.parametrize("pattern", ["{}", "user-{:09d}", "{:x}@example.org"])
@pytest.mark.parametrize("parts", [2, 7, 16, 100])
def test_partitions_are_even(pattern, parts):
    count = 100_000
    users = array([pattern.format(number) for number in range(count)])
    sizes = np.bincount(partitions_of(users, parts).astype(int), minlength=parts)
    assert len(sizes) == parts
    # Six standard deviations of a fair draw.
    fair = count / parts
    assert abs(sizes - fair).max() < 6 * np.sqrt(fair)


def test_many_digests_are_distinct():
    users = array([str(number) for number in range(300_000)])
    assert len(np.unique(text_digests(users))) == 300_000
