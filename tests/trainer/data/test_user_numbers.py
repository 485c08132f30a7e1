"""Users by number: the order of their bytes, and memory by their own lengths."""

import tracemalloc

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import features
from tests.support.data_sets import Window, write_data_set
from trainer.data.data_set import open_data_set
from trainer.data.user_numbers import user_numbers
from trainer.data.window_events import FEATURES, window_events
from trainer.evaluation.held_out import load_held_out
from trainer.report.data_facts import data_facts


def of(*names):
    return user_numbers(np.array(names, object)).tolist()


def test_numbers_follow_the_bytes_of_the_names():
    assert of(b"b", b"a", "\u00e9".encode(), b"b", b"ab", b"B") == [3, 1, 4, 3, 2, 0]


def test_an_end_of_zero_bytes_makes_another_user():
    assert of(b"a\0", b"a", b"a\0\0") == [1, 0, 2]


def test_no_user_is_none():
    assert of() == []


@given(st.lists(st.binary(max_size=6)))
def test_numbers_are_ranks_among_the_different_names(names):
    ranks = {name: rank for rank, name in enumerate(sorted(set(names)))}
    found = np.empty(len(names), object)
    found[:] = names
    assert user_numbers(found).tolist() == [ranks[name] for name in names]


LONG_BYTES, ROWS = 200_000, 500


@pytest.fixture(scope="module")
def data_set(tmp_path_factory):
    """One user of 200 kB among 500: as fixed-width bytes 100 MB."""
    windows = [Window([1], 2, user=f"u{index}") for index in range(ROWS)]
    windows[0] = Window([1], 2, user="x" * LONG_BYTES)
    path = write_data_set(
        tmp_path_factory.mktemp("long") / "data",
        windows,
        windows,
        num_items=3,
        max_length=1,
        with_graph=True,
    )
    return open_data_set(path)


def _window_events(data_set):
    names = np.array([b"x" * LONG_BYTES, *(b"u%d" % n for n in range(1, ROWS))], object)
    columns = {
        features.ITEM_ID: np.ones((ROWS, 1), np.int32),
        features.TARGET: np.full((ROWS, 1), 2, np.int32),
        features.USER_ID: names,
        features.START: np.zeros(ROWS, np.int32),
        features.DAY: np.zeros((ROWS, 2), np.int32),
    }
    assert columns.keys() == set(FEATURES)
    return window_events(columns)


@pytest.mark.parametrize(
    "read",
    [lambda data_set: load_held_out(data_set, "eval"), _window_events, data_facts],
)
def test_one_long_name_makes_no_other_long(data_set, read):
    tracemalloc.start()
    before = pa.total_allocated_bytes()
    try:
        read(data_set)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20e6
    assert pa.total_allocated_bytes() - before < 20e6
