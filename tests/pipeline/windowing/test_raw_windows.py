"""Raw windows: the columns that the transform graph takes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.windowing.histories import build_histories
from pipeline.windowing.raw_windows import DayOrigin, raw_windows
from pipeline.windowing.windows import sliding_windows, windows_ending_at
from tests.support.events import event_batch, rows_of_few_users
from tests.support.reference import DAY_MS, Row

HISTORY = [
    Row("u", "126335", 100 * DAY_MS),
    Row("u", "132738", 524 * DAY_MS),
    Row("u", "130259", 875 * DAY_MS),
]


def column(batch, name):
    return batch.column(name).to_pylist()


def test_the_example_of_the_rule():
    histories, _ = build_histories([event_batch(HISTORY)])
    windows = sliding_windows(histories.lengths, 5, 3)
    batch = raw_windows(histories, windows, 5, DayOrigin(2620, False), 9, "train")
    assert column(batch, "items") == [[b"", b"", b"", b"126335", b"132738", b"130259"]]
    assert column(batch, "ages") == [[0, 0, 0, 2520, 2096]]
    assert column(batch, "gaps") == [[0, 0, 0, 424, 351]]
    assert column(batch, "day") == [[0, 0, 0, 100, 524, 875]]
    assert column(batch, "is_training") == [[1]]
    assert column(batch, "split") == [[0]]
    assert column(batch, "user_id") == [[b"u"]]
    assert column(batch, "start") == [[0]]
    assert column(batch, "seen") == [[]]


def test_ages_of_held_out_windows_count_from_their_target_where_asked():
    histories, _ = build_histories([event_batch(HISTORY)])
    windows = windows_ending_at(np.asarray([0]), np.asarray([2]), 3)
    batch = raw_windows(histories, windows, 3, DayOrigin(2620, True), 9, "test")
    assert column(batch, "ages") == [[0, 775, 351]]
    assert column(batch, "gaps") == [[0, 424, 351]]
    assert column(batch, "is_training") == [[0]]
    assert column(batch, "split") == [[2]]
    assert column(batch, "seen") == [[b"126335", b"132738"]]


@given(rows_of_few_users(), st.integers(1, 6))
def test_columns_have_the_shapes_of_the_contract(rows, max_length):
    histories, _ = build_histories([event_batch(rows)])
    windows = sliding_windows(histories.lengths, max_length, 2)
    batch = raw_windows(
        histories, windows, max_length, DayOrigin(30, False), 9, "train"
    )
    assert len(batch) == len(windows)
    for name, size in [("items", 1), ("ages", 0), ("gaps", 0), ("day", 1)]:
        assert {len(row) for row in column(batch, name)} <= {max_length + size}
    assert all(gap >= 0 for row in column(batch, "gaps") for gap in row)
    for name in ("counted_items", "item_counts", "counted_ages", "gap_counts"):
        assert column(batch, name) == [[]] * len(windows)
