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
