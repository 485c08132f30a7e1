"""The events of overlapping windows: each once, by user and place."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.support.reference import window_places
from tests.support.windows import MANY, columns_of
from trainer.data.training_events import training_events


def windows_of(histories, max_length, num_items=MANY, stride=1):
    """Cuts histories {user: [(item, day), ...]} by the window rule.

    Items above `num_items` are unknown: N + 1 as an input, 0 as a target.
    """
    places = {
        user: window_places(len(history), max_length, stride)
        for user, history in histories.items()
    }
    return columns_of(histories, places, max_length, num_items)


def as_lists(events):
    columns = (events.user, events.place, events.item_id, events.day)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def known_events(histories, num_items=MANY):
    return [
        (code, place, item, day)
        for code, user in enumerate(sorted(histories))
        for place, (item, day) in enumerate(histories[user])
        if item <= num_items
    ]


def test_counts_every_event_of_overlapping_windows_once():
    histories = {b"a": [(3, 10), (1, 11), (3, 12), (2, 12)], b"b": [(1, 9), (1, 9)]}
    events = training_events(windows_of(histories, max_length=2), MANY)
    assert as_lists(events) == known_events(histories)
    assert events.item_counts()[:4].tolist() == [3, 1, 2, 0]
    assert len(events.item_counts()) == MANY


def test_unknown_events_are_left_out_and_keep_their_place():
    histories = {b"a": [(9, 0), (1, 1), (9, 2), (9, 3), (2, 4), (9, 5)]}
    events = training_events(windows_of(histories, 2, num_items=2), 2)
    assert as_lists(events) == [(0, 1, 1, 1), (0, 4, 2, 4)]


def test_holes_between_windows_stay_holes():
    windows = windows_of({b"a": [(item, item) for item in range(1, 9)]}, max_length=2)
    kept = [0, 4]  # Starts 0 and 4: places 0 to 2 and 4 to 6, as under `random`.
    events = training_events({k: v[kept] for k, v in windows.items()}, MANY)
    assert events.place.tolist() == [0, 1, 2, 4, 5, 6]
    assert events.item_id.tolist() == [1, 2, 3, 5, 6, 7]


events_of_a_user = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 30)), min_size=2, max_size=14
)
histories_of_users = st.dictionaries(
    st.binary(min_size=1, max_size=3).filter(lambda user: not user.endswith(b"\0")),
    events_of_a_user,
    min_size=1,
    max_size=4,
)


@given(
    histories=histories_of_users,
    max_length=st.integers(1, 6),
    stride=st.integers(1, 6),
    num_items=st.integers(8, 12),
    seed=st.integers(0, 99),
)
def test_gives_back_the_histories(histories, max_length, stride, num_items, seed):
    windows = windows_of(histories, max_length, num_items, min(stride, max_length))
    order = np.random.default_rng(seed).permutation(len(windows["start"]))
    events = training_events({k: v[order] for k, v in windows.items()}, num_items)
    assert as_lists(events) == known_events(histories, num_items)
