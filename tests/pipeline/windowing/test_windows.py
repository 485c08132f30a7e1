"""The window rule, by literal examples and against the literal transcription."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.windowing.windows import (
    event_indices,
    first_new_event,
    sliding_windows,
    windows_ending_at,
)
from tests.support.reference import window_places


def places(lengths, max_length, min_items, stride=1):
    windows = sliding_windows(
        np.asarray(lengths, np.int64), max_length, min_items, stride
    )
    rows = zip(windows.history, windows.start, windows.target, strict=True)
    return [tuple(int(value) for value in row) for row in rows]


def test_a_short_history_gives_one_window_with_its_last_event_as_target():
    assert places([3], max_length=5, min_items=3) == [(0, 0, 2)]
    assert places([6], max_length=5, min_items=3) == [(0, 0, 5)]


def test_a_longer_history_gives_n_minus_w_windows():
    assert places([8], max_length=5, min_items=3) == [(0, 0, 5), (0, 1, 6), (0, 2, 7)]


def test_histories_below_min_items_give_none():
    assert places([2, 3, 1, 0], max_length=5, min_items=3) == [(1, 0, 2)]


def test_stride_moves_the_start():
    assert places([9], 3, 3, stride=3) == [(0, 0, 3), (0, 3, 6), (0, 6, 8)]


lengths_of_histories = st.lists(st.integers(0, 40), max_size=12)


@given(
    lengths_of_histories,
    st.integers(1, 9),
    st.integers(2, 6),
    st.integers(1, 9),
)
def test_windows_are_those_of_the_literal_rule(lengths, max_length, min_items, stride):
    stride = min(stride, max_length)
    expected = [
        (history, i, t)
        for history, n in enumerate(lengths)
        if n >= min_items
        for i, t in window_places(n, max_length, stride)
    ]
    assert places(lengths, max_length, min_items, stride) == expected


@given(st.integers(2, 60), st.integers(1, 9), st.integers(1, 9))
def test_every_event_but_the_first_is_a_target_of_some_window(n, max_length, stride):
    stride = min(stride, max_length)
    windows = sliding_windows(np.asarray([n]), max_length, 2, stride)
    targets = {
        place
        for start, target in zip(windows.start, windows.target, strict=True)
        for place in range(int(start) + 1, int(target) + 1)
    }
    assert targets == set(range(1, n))
    assert np.all(windows.target - windows.start >= 1)
    assert np.all(windows.target - windows.start <= max_length)


def test_events_stand_right_and_padding_left():
    windows = sliding_windows(np.asarray([3, 4]), 2, 3)
    events = event_indices(windows, np.asarray([10, 13, 17]), 2)
    assert events.tolist() == [[10, 11, 12], [13, 14, 15], [14, 15, 16]]
    events = event_indices(windows, np.asarray([10, 13, 17]), 4)
    assert events[0].tolist() == [-1, -1, 10, 11, 12]


def test_a_window_that_ends_at_a_target_has_the_latest_inputs():
    history, target = np.asarray([4, 4, 7]), np.asarray([0, 2, 9])
    windows = windows_ending_at(history, target, 5)
    assert windows.history.tolist() == [4, 7]
    assert windows.start.tolist() == [0, 4]
    assert windows.target.tolist() == [2, 9]


@given(lengths_of_histories, st.integers(1, 6), st.integers(1, 6), st.data())
def test_each_event_is_new_in_one_window_alone(lengths, max_length, stride, data):
    windows = sliding_windows(
        np.asarray(lengths, np.int64), max_length, 2, min(stride, max_length)
    )
    chosen = data.draw(
        st.lists(st.booleans(), min_size=len(windows), max_size=len(windows))
    )
    windows = windows.where(np.asarray(chosen, bool))
    new = [
        (int(history), place)
        for history, first, target in zip(
            windows.history, first_new_event(windows), windows.target, strict=True
        )
        for place in range(int(first), int(target) + 1)
    ]
    held = {
        (int(history), place)
        for history, start, target in zip(
            windows.history, windows.start, windows.target, strict=True
        )
        for place in range(int(start), int(target) + 1)
    }
    assert len(new) == len(set(new))
    assert set(new) == held


def test_no_history_gives_no_window():
    assert len(sliding_windows(np.zeros(0, np.int64), 5, 3)) == 0


@pytest.mark.parametrize("stride", [1, 2, 5])
def test_windows_come_by_history_and_then_by_start(stride):
    found = places([9, 0, 12], 5, 3, stride)
    assert found == sorted(found)
