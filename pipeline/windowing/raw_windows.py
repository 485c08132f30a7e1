"""Windows with their columns filled in: the input of the transform graph."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipeline.arrays.lists import lists_of
from pipeline.windowing.histories import Histories
from pipeline.windowing.seen import seen_items
from pipeline.windowing.windows import Windows, event_indices
from schemas.features import (
    DAY,
    RAW_AGE_COUNTS,
    RAW_AGES,
    RAW_COUNTED_AGES,
    RAW_COUNTED_GAPS,
    RAW_COUNTED_ITEMS,
    RAW_GAP_COUNTS,
    RAW_GAPS,
    RAW_IS_TRAINING,
    RAW_ITEM_COUNTS,
    RAW_ITEMS,
    SEEN,
    START,
    USER_ID,
)
from schemas.layout import SPLIT_FOLDERS, TRAIN

# No features: the shard, and the order of records inside it, follow from the digests of
# the user; the split is a number, its place among `SPLIT_FOLDERS`.
DIGEST_HIGH = "digest_high"
DIGEST_LOW = "digest_low"
SPLIT = "split"
PASSED_THROUGH = (DIGEST_HIGH, DIGEST_LOW, SPLIT)


@dataclass(frozen=True)
class DayOrigin:
    """From which day the ages of a window's inputs are measured.

    Attributes:
      reference_day: days since 1970-01-01.
      from_target: measure from the day of the window's target instead.
    """

    reference_day: int
    from_target: bool


def raw_windows(
    histories: Histories,
    windows: Windows,
    max_length: int,
    origin: DayOrigin,
    max_seen: int,
    split: str,
) -> pa.RecordBatch:
    """Fills in the columns of windows.

    Args:
      histories: where the windows are cut from.
      windows: windows by history and then by start.
      max_length: W.
      origin: from where ages are measured.
      max_seen: the most items of `seen`, which held-out windows carry.
      split: of the windows.

    Returns:
      A row a window: the columns of `schemas.features.raw_features` and those of
      `PASSED_THROUGH` as large lists, which is the only list that tf.Transform takes.
      What is learned from is empty.
    """
    events = event_indices(windows, histories.offsets, max_length)
    is_padding = events < 0
    days = np.where(is_padding, 0, histories.days[events])
    target_days = days[:, -1:]
    from_day = target_days if origin.from_target else origin.reference_day
    inputs_padding = is_padding[:, :-1]
    ages = np.where(inputs_padding, 0, from_day - days[:, :-1])
    gaps = np.where(inputs_padding, 0, days[:, 1:] - days[:, :-1])

    # The empty text of padding takes the place after the last item.
    items = pa.concat_arrays([histories.items, pa.array([""], pa.string())])
    codes = np.where(is_padding, len(items) - 1, histories.item_codes[events])
    counts, seen = np.zeros(len(windows), np.int64), np.zeros(0, np.int64)
    is_training = split == TRAIN
    if not is_training:
        counts, seen = seen_items(histories, windows, max_seen)
    seen_offsets = np.concatenate([[0], np.cumsum(counts)])
    history = pa.array(windows.history)
    return pa.record_batch(
        {
            RAW_ITEMS: lists_of(_text(items, codes), max_length + 1),
            RAW_AGES: lists_of(ages, max_length),
            RAW_GAPS: lists_of(gaps, max_length),
            RAW_IS_TRAINING: lists_of(np.full(len(windows), int(is_training))),
            USER_ID: lists_of(histories.users.take(history).cast(pa.large_binary()), 1),
            START: lists_of(windows.start, 1),
            DAY: lists_of(days, max_length + 1),
            SEEN: pa.LargeListArray.from_arrays(
                pa.array(seen_offsets), _text(items, seen)
            ),
            **no_counts(len(windows)),
            DIGEST_HIGH: lists_of(histories.digests[windows.history, 0].view(np.int64)),
            DIGEST_LOW: lists_of(histories.digests[windows.history, 1].view(np.int64)),
            SPLIT: lists_of(np.full(len(windows), SPLIT_FOLDERS.index(split))),
        }
    )


def _text(items: pa.Array, codes: np.ndarray) -> pa.Array:
    return items.take(pa.array(codes.reshape(-1))).cast(pa.large_binary())


def no_counts(num_rows: int) -> dict[str, pa.LargeListArray]:
    """Returns what is learned from, by name: an empty list for each of the rows."""
    offsets = pa.array(np.zeros(num_rows + 1, np.int64))
    return {
        name: pa.LargeListArray.from_arrays(offsets, pa.array([], kind))
        for name, kind in (
            (RAW_COUNTED_ITEMS, pa.large_binary()),
            (RAW_ITEM_COUNTS, pa.int64()),
            (RAW_COUNTED_AGES, pa.int64()),
            (RAW_AGE_COUNTS, pa.int64()),
            (RAW_COUNTED_GAPS, pa.int64()),
            (RAW_GAP_COUNTS, pa.int64()),
        )
    }
