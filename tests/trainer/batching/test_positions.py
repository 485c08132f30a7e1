from collections import Counter

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from tests.support.reference import window_places
from trainer.batching.positions import (
    first_events,
    last_target,
    new_targets,
    real_targets,
)


def _windows(
    length: int, max_length: int, stride: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns item ids, targets and starts of the windows of the history 1 ... n."""
    ids, targets, starts = [], [], []
    for i, t in window_places(length, max_length, stride):
        padded = [0] * (max_length - (t - i)) + list(range(i + 1, t + 2))
        ids.append(padded[:-1])
        targets.append(padded[1:])
        starts.append(i)
    as_ids = (np.array(value, np.int32) for value in (ids, targets, starts))
    return tuple(as_ids)


def _learned(item_id: np.ndarray, target: np.ndarray, new: tf.Tensor) -> Counter:
    """Counts the targets, which in the history 1 ... n are places."""
    chosen = np.asarray(new) & np.asarray(real_targets(item_id, target, 10**6))
    return Counter(target[chosen].tolist())


def test_a_history_by_hand() -> None:
    # Seven events, windows of three inputs, every second start.
    item_id = np.array([[1, 2, 3], [3, 4, 5], [0, 5, 6]], np.int32)
    target = np.array([[2, 3, 4], [4, 5, 6], [5, 6, 7]], np.int32)
    start = np.array([0, 2, 4], np.int32)
    new = np.asarray(new_targets(item_id, start, max_length=3, stride=2))
    # 2, 3, 4; then 5, 6; then 7.
    assert new.tolist() == [[True] * 3, [False, True, True], [False, False, True]]
    real = np.asarray(real_targets(item_id, target, num_items=6))
    assert real.tolist() == [[True] * 3, [True] * 3, [False, True, False]]


def test_the_last_step_alone() -> None:
    item_id = np.array([[0, 1, 2], [0, 0, 0]], np.int32)
    assert np.asarray(last_target(item_id)).tolist() == [[False, False, True]] * 2


@pytest.mark.parametrize(
    ("item", "target", "expected"),
    [(0, 1, False), (1, 0, False), (1, 1, True), (6, 5, True), (5, 6, False)],
)
def test_padding_and_unknown_items_are_no_targets(
    item: int, target: int, expected: bool
) -> None:
    found = real_targets(np.array([[item]]), np.array([[target]]), num_items=5)
    assert np.asarray(found).tolist() == [[expected]]


@given(st.integers(2, 40), st.integers(1, 12), st.data())
def test_once_learns_every_transition_once(
    length: int, max_length: int, data: st.DataObject
) -> None:
    stride = data.draw(st.integers(1, max_length))
    item_id, target, start = _windows(length, max_length, stride)
    # Batches of short rows are cut: the rule must not look at the width.
    cut = data.draw(st.integers(0, int((item_id == 0).sum(axis=1).min())))
    item_id, target = item_id[:, cut:], target[:, cut:]
    new = new_targets(item_id, start, max_length, stride)
    expected = {place: 1 for place in range(2, length + 1)}
    assert _learned(item_id, target, new) == expected


@given(st.integers(2, 40), st.integers(1, 12), st.data())
def test_targets_and_first_events_are_every_event_once(
    length: int, max_length: int, data: st.DataObject
) -> None:
    stride = data.draw(st.integers(1, max_length))
    item_id, target, start = _windows(length, max_length, stride)
    found = _learned(item_id, target, new_targets(item_id, start, max_length, stride))
    first = np.asarray(first_events(item_id, start, num_items=10**6))
    found.update(item_id[first].tolist())
    assert found == {place: 1 for place in range(1, length + 1)}


def test_a_first_event_of_an_unknown_item_is_none_and_its_next_is_not_first() -> None:
    item_id = np.array([[0, 6, 2], [3, 4, 5], [0, 0, 0]], np.int32)
    start = np.array([0, 0, 0], np.int32)
    found = np.asarray(first_events(item_id, start, num_items=5))
    assert found.tolist() == [[False] * 3, [True, False, False], [False] * 3]
    later = np.asarray(first_events(item_id, start + 1, num_items=5))
    assert not later.any()
