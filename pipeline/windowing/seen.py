"""Which items a user had before a target."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pipeline.arrays.ranges import ranges
from pipeline.windowing.histories import Histories
from pipeline.windowing.windows import Int64s, Windows, positions_within

# Pairs of (window, earlier event) that are spread out at a time: 8 bytes each, several
# arrays of them.
PAIRS_AT_A_TIME = 2_000_000


class _Blocks(NamedTuple):
    """Windows of one history that follow each other; all arrays are int64 [blocks].

    Attributes:
      begin: the number of its first window.
      end: the number behind its last window.
      offset: where its history starts among all events.
      first: the lowest target, as an index in the history.
      last: the highest target.
    """

    begin: Int64s
    end: Int64s
    offset: Int64s
    first: Int64s
    last: Int64s


def seen_items(
    histories: Histories, windows: Windows, max_seen: int
) -> tuple[Int64s, Int64s]:
    """Finds the distinct items of all events before each window's last target.

    An item is listed once, at its last event before the target. Of a block of targets
    that follow each other only events can be listed whose item does not come again
    before the block's first target. They are found once for the block, and looked at
    for each of its targets: of the n events of a history, the square root of n targets
    make a block, so that neither outweighs the other.

    Args:
      histories: the histories.
      windows: the windows, by history and then by target.
      max_seen: the most items of a window, the latest.

    Returns:
      counts, int64 [windows], the number of items of each window; and codes, int64
      [sum of counts], places in `histories.items`, by window and then by the item's
      latest event before the target, oldest first.
    """
    counts, codes = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    blocks = _blocks(histories, windows)
    for begin, end in ranges(blocks.last, PAIRS_AT_A_TIME):
        part = _Blocks(*(values[begin:end] for values in blocks))
        sizes, events = _candidates(histories, part, max_seen)
        chosen = windows.part(part.begin[0], part.end[-1])
        for found, listed in _of_windows(
            histories, chosen, part.end - part.begin, sizes, events, max_seen
        ):
            counts.append(found)
            codes.append(histories.item_codes[listed])
    return np.concatenate(counts), np.concatenate(codes)


def _blocks(histories: Histories, windows: Windows) -> _Blocks:
    """Cuts the windows into blocks."""
    is_first = np.ones(len(windows), bool)
    is_first[1:] = windows.history[1:] != windows.history[:-1]
    firsts = np.flatnonzero(is_first)
    per_history = np.diff(np.append(firsts, len(windows)))
    # Of the highest target: the others are no further apart than that.
    size = np.sqrt(windows.target[firsts + per_history - 1]).astype(np.int64)
    within = positions_within(per_history)
    begin = np.flatnonzero(within % np.repeat(np.maximum(size, 1), per_history) == 0)
    end = np.append(begin, len(windows))[1:]
    return _Blocks(
        begin,
        end,
        histories.offsets[windows.history[begin]],
        windows.target[begin],
        windows.target[end - 1],
    )


def _candidates(
    histories: Histories, blocks: _Blocks, max_seen: int
) -> tuple[Int64s, Int64s]:
    """Returns the events that a target of each block may list.

    Returns:
      The number of events of each block, int64 [blocks]; and the events by their
      number among all, by block and then by time.
    """
    block = np.repeat(np.arange(len(blocks.last)), blocks.last)
    event = blocks.offset[block] + positions_within(blocks.last)
    is_alive = histories.next_same_item[event] >= (blocks.offset + blocks.first)[block]
    block, event = block[is_alive], event[is_alive]
    sizes = np.bincount(block, minlength=len(blocks.last))
    # Those that a target does not list are behind it, or come again before it: of the
    # latest ones there are no more than the block is long.
    most = max_seen + blocks.last - blocks.first
    from_latest = np.cumsum(sizes)[block] - np.arange(len(block))
    return np.minimum(sizes, most), event[from_latest <= most[block]]


def _of_windows(
    histories: Histories,
    windows: Windows,
    per_block: Int64s,
    sizes: Int64s,
    events: Int64s,
    max_seen: int,
) -> Iterator[tuple[Int64s, Int64s]]:
    """Yields counts and listed events of consecutive windows.

    Args:
      histories: the histories.
      windows: the windows of some blocks.
      per_block: int64 [blocks], the number of windows of each.
      sizes: int64 [blocks], the number of candidates of each.
      events: int64 [sum of sizes], the candidates.
      max_seen: the most items of a window.
    """
    reach = np.repeat(sizes, per_block)
    first_candidate = np.repeat(np.cumsum(sizes) - sizes, per_block)
    target_event = histories.offsets[windows.history] + windows.target
    for begin, end in ranges(reach, PAIRS_AT_A_TIME):
        part = reach[begin:end]
        window = np.repeat(np.arange(begin, end), part)
        event = events[first_candidate[window] + positions_within(part)]
        target = target_event[window]
        is_last = (event < target) & (histories.next_same_item[event] >= target)
        window, event = window[is_last] - begin, event[is_last]
        found = np.bincount(window, minlength=end - begin)
        from_latest = np.cumsum(found)[window] - np.arange(len(window))
        yield np.minimum(found, max_seen), event[from_latest <= max_seen]
