"""The window rule: which stretches of a history become examples.

A window here is the padded excerpt of one user's history, never a Beam window. The
rule is the original notebook's; docs/data_contract.md walks one user through it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Windows:
    """Windows by the histories they are cut from; all arrays are int64 [windows].

    Attributes:
      history: the number of the history.
      start: the index in the history of the first input.
      target: the index in the history of the last target, which follows the last input.
    """

    history: Int64s
    start: Int64s
    target: Int64s

    def __len__(self) -> int:
        return len(self.history)

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Windows":
        """Returns the windows for which `chosen`, bool [windows], is true."""
        return Windows(self.history[chosen], self.start[chosen], self.target[chosen])

    def part(self, start: int, stop: int) -> "Windows":
        """Returns the windows `start` ... `stop` - 1."""
        chosen = slice(start, stop)
        return Windows(self.history[chosen], self.start[chosen], self.target[chosen])


def sliding_windows(
    lengths: Int64s, max_length: int, min_items: int, stride: int = 1
) -> Windows:
    """Cuts every history of at least `min_items` events into overlapping windows.

    Windows of a history of n events start at i = 0, `stride`, 2 `stride`, ...; the one
    at i has the inputs i ... t - 1 and the last target t = min(i + `max_length`,
    n - 1), and the first with t = n - 1 is the last.

    Args:
      lengths: int64 [histories], the number of events of each history.
      max_length: the most inputs of a window.
      min_items: the fewest events of a history that is cut; at least 2.
      stride: events between two starts, at most `max_length`, so that every event but
        the first is a target of at least one window.

    Returns:
      The windows, by history and then by start.
    """
    extra = np.maximum(lengths - 1 - max_length, 0)
    counts = np.where(lengths >= max(min_items, 2), 1 + -(-extra // stride), 0)
    history = np.repeat(np.arange(len(lengths)), counts)
    start = positions_within(counts) * stride
    target = np.minimum(start + max_length, lengths[history] - 1)
    return Windows(history, start, target)


def windows_ending_at(history: Int64s, target: Int64s, max_length: int) -> Windows:
    """Returns one window for each target, with the latest inputs before it.

    Args:
      history: int64 [targets], the number of each target's history.
      target: int64 [targets], its index in the history; targets without an earlier
        event give no window.
      max_length: the most inputs of a window.
    """
    usable = target > 0
    history, target = history[usable], target[usable]
    return Windows(history, np.maximum(target - max_length, 0), target)


def event_indices(windows: Windows, offsets: Int64s, max_length: int) -> Int64s:
    """Returns which events stand at each place of each window.

    Args:
      windows: the windows.
      offsets: int64 [histories + 1], where each history starts among all events.
      max_length: W.

    Returns:
      int64 [windows, W + 1]: events by their number among all events, the inputs and
      then the last target, left-padded with -1.
    """
    within = windows.target[:, np.newaxis] + np.arange(-max_length, 1)
    is_padding = within < windows.start[:, np.newaxis]
    events = within + offsets[windows.history][:, np.newaxis]
    return np.where(is_padding, -1, events)


def first_new_event(windows: Windows) -> Int64s:
    """Tells the first window that holds an event from the later ones that repeat it.

    Args:
      windows: windows by history and then by start.

    Returns:
      int64 [windows], the index in the history from which on no earlier window holds
      the events of this one.
    """
    covered_to = np.full(len(windows), -1)
    same_history = windows.history[1:] == windows.history[:-1]
    covered_to[1:] = np.where(same_history, windows.target[:-1], -1)
    first: Int64s = np.maximum(covered_to + 1, windows.start)
    return first


def positions_within(counts: Int64s) -> Int64s:
    """Returns 0 ... c - 1 for each c of `counts`, one after the other."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
