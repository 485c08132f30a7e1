"""The events of windows of any split: each once, unknown ones too."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.support.windows import columns_of
from trainer.data.window_events import window_events


def test_events_stand_by_user_and_place_whatever_the_order_of_the_windows():
    histories = {b"b": [(1, 9), (3, 9)], b"a": [(3, 10), (1, 11), (3, 12)]}
    windows = columns_of(histories, {b"b": [(0, 1)], b"a": [(1, 2), (0, 1)]}, 1)
    events = window_events(windows)
    assert events.user.tolist() == [0, 0, 0, 1, 1]
    assert events.place.tolist() == [0, 1, 2, 0, 1]
    assert events.item_id.tolist() == [3, 1, 3, 1, 3]
    assert events.day.tolist() == [10, 11, 12, 9, 9]
    assert windows["user_id"][events.window].tolist() == [b"a", b"a", b"a", b"b", b"b"]


def test_unknown_items_are_events_too():
    histories = {b"a": [(9, 0), (1, 1), (9, 2)]}
    windows = columns_of(histories, {b"a": [(0, 2)]}, 5, num_items=2)
    assert window_events(windows).item_id.tolist() == [3, 1, 0]


@st.composite
def held_out_windows(draw):
    """Histories, W, and windows that end with some of their events, in any order."""
    users = st.sampled_from([b"a", b"b", b"\xc3\xbc", b"ab"])
    event = st.tuples(st.integers(1, 12), st.integers(0, 30))
    histories = draw(
        st.dictionaries(users, st.lists(event, min_size=2, max_size=9), min_size=1)
    )
    max_length = draw(st.integers(1, 6))
    places = {}
    for user, history in histories.items():
        targets = st.lists(st.integers(1, len(history) - 1), min_size=1, unique=True)
        places[user] = [(max(0, t - max_length), t) for t in draw(targets)]
    return histories, max_length, places


@given(drawn=held_out_windows(), num_items=st.integers(8, 12), seed=st.integers(0, 99))
def test_held_out_windows_give_each_of_their_events_once(drawn, num_items, seed):
    histories, max_length, places = drawn
    unknown = num_items + 1
    windows = columns_of(histories, places, max_length, num_items, unknown)
    order = np.random.default_rng(seed).permutation(len(windows["start"]))
    windows = {name: values[order] for name, values in windows.items()}
    events = window_events(windows)

    held = {
        (user, place)
        for user, found in places.items()
        for start, target in found
        for place in range(start, target + 1)
    }
    expected = [
        (code, place, min(item, unknown), day)
        for code, user in enumerate(sorted(histories))
        for place, (item, day) in enumerate(histories[user])
        if (user, place) in held
    ]
    columns = (events.user, events.place, events.item_id, events.day)
    assert [*zip(*(column.tolist() for column in columns), strict=True)] == expected
    # The window that is named holds the event.
    last = windows["start"] + np.count_nonzero(windows["item_id"], axis=1)
    assert (windows["start"][events.window] <= events.place).all()
    assert (events.place <= last[events.window]).all()
