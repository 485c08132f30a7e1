"""What tf.Transform learns from: distinct values of training events, counted.

Windows overlap, so that an event stands in several of them; here each counts once, and
a value that many events share is one entry. That makes of a partition's windows, of
which tf.Transform would take every cell, as many entries as there are distinct values.
"""

import math

import numpy as np
import pyarrow as pa

from pipeline.arrays.lists import one_list
from pipeline.windowing.histories import Histories
from pipeline.windowing.raw_windows import PASSED_THROUGH
from pipeline.windowing.windows import Int64s, Windows, first_new_event
from schemas.features import (
    RAW_AGE_COUNTS,
    RAW_COUNTED_AGES,
    RAW_COUNTED_GAPS,
    RAW_COUNTED_ITEMS,
    RAW_GAP_COUNTS,
    RAW_ITEM_COUNTS,
    raw_features,
)


def training_counts(
    histories: Histories, windows: Windows, max_length: int, reference_day: int
) -> pa.RecordBatch:
    """Counts the items of training events and the days of training inputs.

    Args:
      histories: where the windows are cut from.
      windows: the training windows, by history and then by start.
      max_length: W.
      reference_day: days since 1970-01-01, from which ages are measured.

    Returns:
      One row with the columns of `schemas.features.raw_features` as large lists: what
      is learned from, days ascending and items in no order, and a blank window.
    """
    first = first_new_event(windows)
    events = _events(histories, windows, first, windows.target + 1)
    # An event is a new target one window before it is a new input.
    first_input = np.maximum(first - 1, windows.start)
    inputs = _events(histories, windows, first_input, windows.target)
    items = np.bincount(histories.item_codes[events], minlength=len(histories.items))
    found = np.flatnonzero(items)
    days = histories.days
    ages, age_counts = np.unique(reference_day - days[inputs], return_counts=True)
    gaps, gap_counts = np.unique(days[inputs + 1] - days[inputs], return_counts=True)
    return one_row(
        {
            RAW_COUNTED_ITEMS: histories.items.take(pa.array(found)),
            RAW_ITEM_COUNTS: pa.array(items[found]),
            RAW_COUNTED_AGES: pa.array(ages),
            RAW_AGE_COUNTS: pa.array(age_counts),
            RAW_COUNTED_GAPS: pa.array(gaps),
            RAW_GAP_COUNTS: pa.array(gap_counts),
        },
        max_length,
    )


def one_row(counted: dict[str, pa.Array], max_length: int) -> pa.RecordBatch:
    """Returns a row of raw features: the given lists, and blanks for all others."""
    row = {}
    for name, feature in raw_features(max_length).items():
        kind = pa.large_binary() if feature.dtype == "bytes" else pa.int64()
        if name in counted:
            values = counted[name].cast(kind)
        else:
            size = 0 if feature.shape is None else math.prod(feature.shape)
            values = pa.array([b"" if feature.dtype == "bytes" else 0] * size, kind)
        row[name] = one_list(values)
    for name in PASSED_THROUGH:
        row[name] = one_list(pa.array([0], pa.int64()))
    return pa.record_batch(row)


def _events(
    histories: Histories, windows: Windows, first: Int64s, stop: Int64s
) -> Int64s:
    """Returns the events `first` ... `stop` - 1 of each window, among all events."""
    lengths = stop - first
    ends = np.cumsum(lengths)
    offsets = histories.offsets[windows.history] + first - (ends - lengths)
    events: Int64s = np.arange(lengths.sum()) + np.repeat(offsets, lengths)
    return events
