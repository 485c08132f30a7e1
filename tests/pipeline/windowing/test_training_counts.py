"""What tf.Transform learns from: each training event once."""

from collections import Counter

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipeline.steps.transform import raw_adapter_config
from pipeline.windowing.histories import build_histories
from pipeline.windowing.raw_windows import PASSED_THROUGH, DayOrigin, raw_windows
from pipeline.windowing.training_counts import training_counts
from pipeline.windowing.windows import sliding_windows
from tests.support.events import event_batch, rows_of_few_users
from tests.support.reference import DAY_MS, Row

REFERENCE_DAY = 60


def counter(batch, values, counts):
    assert len(batch) == 1
    listed = batch.column(values).to_pylist()[0], batch.column(counts).to_pylist()[0]
    return Counter(dict(zip(*listed, strict=True)))


def counters(batch):
    return (
        counter(batch, "counted_items", "item_counts"),
        counter(batch, "counted_ages", "age_counts"),
        counter(batch, "counted_gaps", "gap_counts"),
    )


def test_two_windows_of_one_history_count_its_events_once():
    rows = [
        Row("u", item, day * DAY_MS)
        for item, day in zip("abca", (1, 3, 3, 9), strict=True)
    ]
    histories, _ = build_histories([event_batch(rows)])
    windows = sliding_windows(histories.lengths, 2, 2)
    assert len(windows) == 2
    items, ages, gaps = counters(training_counts(histories, windows, 2, 10))
    assert items == {b"a": 2, b"b": 1, b"c": 1}
    # The last event is a target alone.
    assert ages == {9: 1, 7: 2}
    assert gaps == {2: 1, 0: 1, 6: 1}


@given(rows_of_few_users(), st.integers(1, 4), st.integers(1, 4), st.data())
def test_each_event_and_each_input_of_the_windows_counts_once(
    rows, max_length, stride, data
):
    histories, _ = build_histories([event_batch(rows)])
    windows = sliding_windows(histories.lengths, max_length, 2, min(stride, max_length))
    chosen = data.draw(
        st.lists(st.booleans(), min_size=len(windows), max_size=len(windows))
    )
    windows = windows.where(np.asarray(chosen, bool))
    events, inputs = set(), set()
    for history, start, target in zip(
        windows.history, windows.start, windows.target, strict=True
    ):
        first = histories.offsets[history]
        events |= {int(first + place) for place in range(start, target + 1)}
        inputs |= {int(first + place) for place in range(start, target)}
    text = histories.items.to_pylist()
    days = histories.days.tolist()
    items, ages, gaps = counters(
        training_counts(histories, windows, max_length, REFERENCE_DAY)
    )
    assert items == Counter(text[histories.item_codes[e]].encode() for e in events)
    assert ages == Counter(REFERENCE_DAY - days[e] for e in inputs)
    assert gaps == Counter(days[e + 1] - days[e] for e in inputs)


def test_the_row_is_a_blank_window_of_the_schema_of_all_raw_windows():
    histories, _ = build_histories([event_batch([Row("u", "a", 0), Row("u", "b", 1)])])
    windows = sliding_windows(histories.lengths, 3, 2)
    counted = training_counts(histories, windows, 3, REFERENCE_DAY)
    filled = raw_windows(
        histories, windows, 3, DayOrigin(REFERENCE_DAY, False), 9, "train"
    )
    assert counted.schema == filled.schema == raw_adapter_config(3).arrow_schema
    assert counted.column("items").to_pylist() == [[b""] * 4]
    assert counted.column("day").to_pylist() == [[0] * 4]
    assert counted.column("seen").to_pylist() == [[]]
    for name in ("is_training", "start", *PASSED_THROUGH):
        assert counted.column(name).to_pylist() == [[0]]


def test_a_partition_without_training_windows_counts_nothing():
    histories, _ = build_histories([event_batch([Row("u", "a", 0)])])
    windows = sliding_windows(histories.lengths, 3, 2)
    counted = training_counts(histories, windows, 3, REFERENCE_DAY)
    assert counters(counted) == (Counter(), Counter(), Counter())
    assert isinstance(counted, pa.RecordBatch)
