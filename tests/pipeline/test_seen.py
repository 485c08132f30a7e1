"""`seen`: the distinct items before a target, the latest of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import seen as seen_module
from pipeline.histories import build_histories
from pipeline.seen import seen_items
from pipeline.windows import windows_ending_at
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
    """The events that are looked at for the last target of one user's items."""
    rows = [Row("u", item, day * DAY_MS) for day, item in enumerate(items)]
    histories, _ = build_histories([event_batch(rows)])
    reaches = []
    among_latest = seen_module._among_latest

    def spy(histories, windows, reach, max_seen):
        reaches.extend(reach.tolist())
        return among_latest(histories, windows, reach, max_seen)

    monkeypatch.setattr(seen_module, "_among_latest", spy)
    history, target = np.asarray([0]), np.asarray([len(items) - 1])
    windows = windows_ending_at(history, target, 5)
    counts, codes = seen_items(histories, windows, max_seen)
    names = np.asarray(histories.items.to_pylist(), object)[codes].tolist()
    assert counts.tolist() == [len(names)]
    assert names == literal([(item, 0) for item in items], len(items) - 1, max_seen)
    return reaches


def test_a_long_history_is_looked_at_near_its_end_alone(monkeypatch):
    items = [f"i{number}" for number in range(1_001)]
    assert looked_at(monkeypatch, items, 10) == [20]


def test_more_is_looked_at_until_there_are_enough_items(monkeypatch):
    items = [f"i{min(number, 970)}" for number in range(1_001)]
    assert looked_at(monkeypatch, items, 10) == [20, 40]


def test_no_more_is_looked_at_where_all_items_are_found(monkeypatch):
    items = [f"i{number % 3}" for number in range(101)]
    assert looked_at(monkeypatch, items, 10) == [20]


def test_the_whole_history_is_looked_at_for_an_item_at_its_start(monkeypatch):
    items = ["first", *(f"i{number % 3}" for number in range(100))]
    assert looked_at(monkeypatch, items, 10) == [20, 40, 80, 100]


def test_the_sort_behind_it_is_made_once_for_all_batches():
    histories, _ = build_histories([event_batch([Row("u", "a", 0), Row("u", "a", 1)])])
    assert histories.next_same_item is histories.next_same_item
    assert histories.next_same_item.tolist() == [1, 3]
