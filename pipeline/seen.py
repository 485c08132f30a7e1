"""Which items a user had before a target."""

import numpy as np

from pipeline.histories import Histories
from pipeline.windows import Int64s, Windows

# Pairs of (window, earlier event) that are spread out at a time: 8 bytes each, several
# arrays of them.
PAIRS_AT_A_TIME = 2_000_000


def seen_items(
    histories: Histories, windows: Windows, max_seen: int
) -> tuple[Int64s, Int64s]:
    """Finds the distinct items of all events before each window's last target.

    Args:
      histories: the histories.
      windows: the windows.
      max_seen: the most items of a window, the latest.

    Returns:
      counts, int64 [windows], the number of items of each window; and codes, int64
      [sum of counts], places in `histories.items`, by window and then by the item's
      latest event before the target, oldest first.
    """
    counts = np.zeros(len(windows), np.int64)
    codes = [np.zeros(0, np.int64)]
    next_same = _next_same_item(histories)
    first_event = histories.offsets[windows.history]
    ends = np.cumsum(windows.target)
    begin = 0
    while begin < len(windows):
        before = ends[begin] - windows.target[begin]
        end = int(np.searchsorted(ends, before + PAIRS_AT_A_TIME, side="right"))
        end = max(end, begin + 1)
        lengths = windows.target[begin:end]
        window = np.repeat(np.arange(end - begin), lengths)
        index = np.arange(len(window)) - np.repeat(
            np.cumsum(lengths) - lengths, lengths
        )
        event = first_event[begin:end][window] + index
        # An item is listed once, at its last event before the target.
        is_last = next_same[event] >= (first_event + windows.target)[begin:end][window]
        window, event = window[is_last], event[is_last]
        found = np.bincount(window, minlength=end - begin)
        from_latest = np.cumsum(found)[window] - np.arange(len(window))
        event = event[from_latest <= max_seen]
        counts[begin:end] = np.minimum(found, max_seen)
        codes.append(histories.item_codes[event])
        begin = end
    return counts, np.concatenate(codes)


def _next_same_item(histories: Histories) -> Int64s:
    """Returns the next event of the same history with the same item, int64 [events].

    Where there is none, a number beyond all events.
    """
    history, _ = histories.event_places()
    order = np.lexsort((history, histories.item_codes))
    following = np.full(len(order), len(order) + 1, np.int64)
    same = (history[order[1:]] == history[order[:-1]]) & (
        histories.item_codes[order[1:]] == histories.item_codes[order[:-1]]
    )
    following[order[:-1][same]] = order[1:][same]
    return following
