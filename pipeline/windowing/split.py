"""Which windows train and which are held out, for each of the five splits.

Every function is pure: histories in, windows out. Training windows of `time` and
`leave_one_out` are cut from the training part of a history alone, so that no change of
a later event can reach them; under `time` no later event more or less can either.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.arrays.digests import as_fraction, mix, user_digests
from pipeline.windowing.histories import Histories
from pipeline.windowing.windows import (
    Int64s,
    Windows,
    sliding_windows,
    windows_ending_at,
)
from schemas.layout import EVAL, TEST, TRAIN
from schemas.settings import SplitSettings, WindowSettings


@dataclass(frozen=True)
class SplitRule:
    """How histories are cut and their windows divided.

    Attributes:
      window: how to cut.
      split: how to divide.
      cuts: under `time`, the result of `cut_days`.
    """

    window: WindowSettings
    split: SplitSettings
    cuts: tuple[int, ...] = ()


def cut_days(days: Int64s, events: Int64s, settings: SplitSettings) -> tuple[int, int]:
    """Finds the first eval day and the first test day of the `time` split.

    The cut at a held-out fraction f is the (1 - f) quantile of the days of all events
    (inverted distribution function, so always a day that occurs); the day of a cut
    belongs to the later split.

    Args:
      days: int64 [days], ascending, distinct.
      events: int64 [days], events of each day.
      settings: the fractions.
    """
    total = int(events.sum())
    up_to = np.cumsum(events)

    def cut(held_out: float) -> int:
        if not held_out:
            return int(days[-1]) + 1
        # Rounded, since 1 - 0.05 - 0.05 is 0.8999... in binary.
        rank = max(math.ceil(round((1.0 - held_out) * total, 6)), 1)
        return int(days[np.searchsorted(up_to, rank)])

    test_fraction = settings.test_fraction
    return cut(settings.eval_fraction + test_fraction), cut(test_fraction)


def training_lengths(histories: Histories, rule: SplitRule) -> Int64s:
    """Returns how many of the first events of each history are cut for training.

    Only for the splits that divide a history by its order, `time` and
    `leave_one_out`; 0 where too few are left for a window.

    Args:
      histories: the histories.
      rule: how to cut and to divide.

    Returns:
      int64 [histories].
    """
    if rule.split.name == "time":
        before = np.concatenate([[0], np.cumsum(histories.days < rule.cuts[0])])
        lengths = before[histories.offsets[1:]] - before[histories.offsets[:-1]]
        return np.where(lengths >= rule.window.min_items, lengths, 0)
    lengths = histories.lengths
    enough = (lengths >= rule.window.min_items) & (lengths >= 4)
    return np.where(enough, lengths - 2, 0)


def last_training_day(histories: Histories, rule: SplitRule) -> int | None:
    """Returns the last day that a training window holds; None where there is none.

    Args:
      histories: the histories.
      rule: how to cut and to divide; `time` or `leave_one_out`.
    """
    lengths = training_lengths(histories, rule)
    last = (histories.offsets[:-1] + lengths - 1)[lengths > 0]
    return int(histories.days[last].max()) if len(last) else None


def split_windows(histories: Histories, rule: SplitRule) -> dict[str, Windows]:
    """Cuts all histories and divides the windows.

    Args:
      histories: the histories.
      rule: how to cut and to divide.

    Returns:
      The windows of `train` and of each split in `split.held_out`.
    """
    cutters = {
        "time": _time,
        "leave_one_out": _leave_one_out,
        "user": _user,
        "random": _random,
        "none": _none,
    }
    return cutters[rule.split.name](histories, rule)


def _slide(lengths: Int64s, rule: SplitRule, min_items: int) -> Windows:
    window = rule.window
    return sliding_windows(lengths, window.max_length, min_items, window.stride)


def _time(histories: Histories, rule: SplitRule) -> dict[str, Windows]:
    first_eval, first_test = rule.cuts
    history, index = histories.event_places()
    enough = index >= rule.window.min_items - 1
    is_test = histories.days >= first_test
    is_eval = (histories.days >= first_eval) & ~is_test

    def ending(chosen: npt.NDArray[np.bool_]) -> Windows:
        chosen = chosen & enough
        return windows_ending_at(history[chosen], index[chosen], rule.window.max_length)

    training = training_lengths(histories, rule)
    return {
        TRAIN: _slide(training, rule, 2),
        EVAL: ending(is_eval),
        TEST: ending(is_test),
    }


def _leave_one_out(histories: Histories, rule: SplitRule) -> dict[str, Windows]:
    lengths = histories.lengths
    long_enough = np.flatnonzero(lengths >= rule.window.min_items)
    training = training_lengths(histories, rule)

    def ending(from_last: int) -> Windows:
        target = lengths[long_enough] - from_last
        return windows_ending_at(long_enough, target, rule.window.max_length)

    return {TRAIN: _slide(training, rule, 2), EVAL: ending(2), TEST: ending(1)}


def _user(histories: Histories, rule: SplitRule) -> dict[str, Windows]:
    lengths = histories.lengths
    drawn = as_fraction(
        user_digests(histories.users.to_pylist(), rule.split.seed)[:, 0]
    )
    is_test = drawn >= 1.0 - rule.split.test_fraction
    is_eval = (
        drawn >= 1.0 - rule.split.test_fraction - rule.split.eval_fraction
    ) & ~is_test
    long_enough = lengths >= rule.window.min_items

    def last(chosen: npt.NDArray[np.bool_]) -> Windows:
        history = np.flatnonzero(chosen & long_enough)
        return windows_ending_at(history, lengths[history] - 1, rule.window.max_length)

    training = np.where(is_eval | is_test, 0, lengths)
    return {
        TRAIN: _slide(training, rule, rule.window.min_items),
        EVAL: last(is_eval),
        TEST: last(is_test),
    }


def _random(histories: Histories, rule: SplitRule) -> dict[str, Windows]:
    windows = _slide(histories.lengths, rule, rule.window.min_items)
    users = user_digests(histories.users.to_pylist(), rule.split.seed)[:, 0]
    drawn = as_fraction(mix(users[windows.history], windows.start))
    is_eval = drawn >= 1.0 - rule.split.eval_fraction
    return {TRAIN: windows.where(~is_eval), EVAL: windows.where(is_eval)}


def _none(histories: Histories, rule: SplitRule) -> dict[str, Windows]:
    return {TRAIN: _slide(histories.lengths, rule, rule.window.min_items)}
