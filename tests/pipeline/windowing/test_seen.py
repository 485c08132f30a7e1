"""`seen`: the distinct items before a target, the latest of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.windowing import seen as seen_module
from pipeline.windowing.histories import build_histories
from pipeline.windowing.seen import seen_items
from pipeline.windowing.windows import windows_ending_at
from tests.support.events import event_batch, rows_of_few_users
from tests.support.reference import DAY_MS, Row
from tests.support.reference import histories as reference_histories


def literal(events, target, max_seen):
    distinct = []
    for item, _ in reversed(events[:target]):
        if item not in distinct:
            distinct.append(item)
    return distinct[:max_seen][::-1]


@pytest.mark.parametrize("pairs_at_a_time", [1, 7, 2_000_000])
@given(rows=rows_of_few_users(), max_seen=st.integers(1, 5))
def test_seen_items_are_those_of_the_literal_rule(pairs_at_a_time, rows, max_seen):
    histories, _ = build_histories([event_batch(rows)])
    history, target = histories.event_places()
    windows = windows_ending_at(history, target, 5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seen_module, "PAIRS_AT_A_TIME", pairs_at_a_time)
        counts, codes = seen_items(histories, windows, max_seen)
    names = np.asarray(histories.items.to_pylist(), object)[codes]
    found = [part.tolist() for part in np.split(names, np.cumsum(counts)[:-1])]
    users, of_user = histories.users.to_pylist(), reference_histories(rows)
    expected = [
        literal(of_user[users[h]], int(t), max_seen)
        for h, t in zip(windows.history, windows.target, strict=True)
    ]
    assert (found if len(windows) else []) == expected


def looked_at(monkeypatch, items, max_seen):
    """The number of events that are looked at for all targets of one user's items."""
    rows = [Row("u", item, day * DAY_MS) for day, item in enumerate(items)]
    histories, _ = build_histories([event_batch(rows)])
    numbers = []
    positions_within = seen_module.positions_within

    def spy(counts):
        numbers.append(int(counts.sum()))
        return positions_within(counts)

    monkeypatch.setattr(seen_module, "positions_within", spy)
    windows = windows_ending_at(*histories.event_places(), 5)
    counts, codes = seen_items(histories, windows, max_seen)
    assert len(counts) == len(items) - 1
    assert len(codes) == counts.sum()
    last = np.asarray(histories.items.to_pylist(), object)[codes[-counts[-1] :]]
    events = [(item, 0) for item in items]
    assert last.tolist() == literal(events, len(items) - 1, max_seen)
    return sum(numbers)


# 10,000 events and as many targets: 50 million pairs of a target and an earlier event.
# In blocks of 100 targets each event is looked at once a block, half of them before it.
OF_BLOCKS = 100 * 10_000 // 2 + 2 * 10_000


@pytest.mark.parametrize(
    ("items", "max_seen", "most_of_a_target"),
    [
        (["same"] * 10_000, 10, 101),
        ([f"i{number % 3}" for number in range(10_000)], 10, 103),
        (["first", *(f"i{number % 3}" for number in range(9_999))], 10, 104),
        # Of items that never come again the latest are enough.
        ([f"i{number}" for number in range(10_000)], 10, 110),
    ],
    ids=["one", "few", "one at the start", "distinct"],
)
def test_few_of_the_events_of_a_long_history_are_looked_at(
    monkeypatch, items, max_seen, most_of_a_target
):
    found = looked_at(monkeypatch, items, max_seen)
    assert found < OF_BLOCKS + 10_000 * most_of_a_target


def test_the_sort_behind_it_is_made_once_for_all_batches():
    histories, _ = build_histories([event_batch([Row("u", "a", 0), Row("u", "a", 1)])])
    assert histories.next_same_item is histories.next_same_item
    assert histories.next_same_item.tolist() == [1, 3]
