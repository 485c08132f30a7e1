"""Which items a user had before a target."""

from collections.abc import Iterator

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
    # The latest items stand among the latest events: a window of a history much longer
    # than `max_seen` needs only its end.
    reach = np.minimum(windows.target, 2 * max_seen)
    counts = [np.zeros(0, np.int64)]
    codes = [np.zeros(0, np.int64)]
    wanted = np.minimum(_distinct_before(histories, windows), max_seen)
    for found, of_windows in _by_reach(histories, windows, reach, wanted, max_seen):
        counts.append(found)
        codes.append(of_windows)
    return np.concatenate(counts), np.concatenate(codes)


def _by_reach(
    histories: Histories,
    windows: Windows,
    reach: Int64s,
    wanted: Int64s,
    max_seen: int,
) -> Iterator[tuple[Int64s, Int64s]]:
    """Yields counts and codes of consecutive windows.

    Args:
      histories: the histories.
      windows: the windows.
      reach: int64 [windows], how many of the events before the target to look at; of
        repeated items more are looked at until there are enough.
      wanted: int64 [windows], how many items are enough.
      max_seen: the most items of a window.
    """
    ends = np.cumsum(reach)
    begin = 0
    while begin < len(windows):
        before = ends[begin] - reach[begin]
        end = int(np.searchsorted(ends, before + PAIRS_AT_A_TIME, side="right"))
        end = max(end, begin + 1)
        part, looked_at = windows.part(begin, end), reach[begin:end]
        counts, codes = _among_latest(histories, part, looked_at, max_seen)
        is_short = counts < wanted[begin:end]
        if is_short.any():
            longer = np.where(
                is_short, np.minimum(2 * looked_at, part.target), looked_at
            )
            yield from _by_reach(histories, part, longer, wanted[begin:end], max_seen)
        else:
            yield counts, codes
        begin = end


def _distinct_before(histories: Histories, windows: Windows) -> Int64s:
    """Returns how many distinct items there are before each window's last target."""
    following = histories.next_same_item
    is_first = np.ones(len(following), bool)
    is_first[following[following < len(following)]] = False
    firsts = np.concatenate([[0], np.cumsum(is_first)])
    begin = histories.offsets[windows.history]
    distinct: Int64s = firsts[begin + windows.target] - firsts[begin]
    return distinct


def _among_latest(
    histories: Histories, windows: Windows, reach: Int64s, max_seen: int
) -> tuple[Int64s, Int64s]:
    """Returns counts and codes of windows, from the latest `reach` events of each."""
    window = np.repeat(np.arange(len(windows)), reach)
    index = np.arange(len(window)) - np.repeat(np.cumsum(reach) - reach, reach)
    target_event = histories.offsets[windows.history] + windows.target
    event = (target_event - reach)[window] + index
    # An item is listed once, at its last event before the target.
    is_last = histories.next_same_item[event] >= target_event[window]
    window, event = window[is_last], event[is_last]
    found = np.bincount(window, minlength=len(windows))
    from_latest = np.cumsum(found)[window] - np.arange(len(window))
    codes = histories.item_codes[event[from_latest <= max_seen]]
    return np.minimum(found, max_seen), codes
