"""What a data set holds, counted for people."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from schemas import features, layout
from schemas.features import GAP_DAYS, NB_DAYS, RAW_AGES, RAW_GAPS
from trainer.array_types import Ints
from trainer.data.data_set import DataSet
from trainer.data.date_buckets import buckets_of_days
from trainer.data.records import load_split
from trainer.data.training_events import training_events
from trainer.data.user_numbers import user_numbers
from trainer.data.window_events import FEATURES

MOST_POPULAR = 15
# Of more windows some shards are counted: each holds all windows of its users.
MOST_WINDOWS = 2_000_000
# The first number of each bar but the lowest.
_LENGTHS = (3, 4, 5, 6, 8, 11, 16, 21, 51, 101, 1001)


@dataclass(frozen=True)
class DayBucket:
    """A bucket of days, from the first to the last; None where it has no end."""

    number: int
    first: int
    last: int | None


@dataclass(frozen=True)
class PopularItem:
    """An item and its training events."""

    item: str
    events: int
    share: float


@dataclass(frozen=True)
class DataFacts:
    """Counts of a data set.

    Attributes:
      counted: the share of the training windows that was counted.
      months: training events and held-out targets of each month, such as `2017-03`.
      lengths: users by the number of their events in windows, such as `4`, `6-7`.
      buckets: the buckets of the two columns of days, by their name; empty for a
        column whose graph tells none.
      popular: the items with the most training events.
      top_tenth: the share of training events that the most popular tenth of the items
        has.
    """

    counted: float
    months: dict[str, tuple[int, int]]
    lengths: dict[str, int]
    buckets: dict[str, list[DayBucket]]
    popular: list[PopularItem]
    top_tenth: float


def data_facts(data_set: DataSet) -> DataFacts:
    """Counts the records of a data set.

    Raises:
      UserError: it is damaged.
    """
    part = _part(data_set)
    splits = {
        split: load_split(part, split, FEATURES)
        for split in layout.SPLIT_FOLDERS
        if part.num_records(split)
    }
    events = training_events(splits[layout.TRAIN], data_set.num_items)
    held_out = [windows[features.DAY][:, -1] for name, windows in splits.items()][1:]
    counts = np.sort(events.item_counts())[::-1]
    tenth = max(1, len(counts) // 10)
    manifest = data_set.manifest
    return DataFacts(
        counted=part.num_records(layout.TRAIN) / data_set.num_records(layout.TRAIN),
        months=_months(events.day, np.concatenate([np.zeros(0, np.int64), *held_out])),
        lengths=_lengths(splits.values()),
        buckets={
            NB_DAYS: _buckets(data_set, RAW_AGES, NB_DAYS, manifest.nb_days_buckets),
            GAP_DAYS: _buckets(data_set, RAW_GAPS, GAP_DAYS, manifest.gap_days_buckets),
        },
        popular=_popular(data_set, events.item_counts()),
        top_tenth=float(counts[:tenth].sum() / max(counts.sum(), 1)),
    )


def _part(data_set: DataSet) -> DataSet:
    """Returns a data set of some of the shards, the same of every split."""
    records = data_set.manifest.records
    windows = 0
    chosen: set[str] = set()
    for name, number in sorted(records[layout.TRAIN].items()):
        windows += number
        if windows > MOST_WINDOWS and chosen:
            break
        chosen.add(name)
    kept = {
        split: {name: number for name, number in of.items() if name in chosen}
        for split, of in records.items()
    }
    manifest = dataclasses.replace(data_set.manifest, records=kept)
    return DataSet(data_set.path, manifest)


def _months(training: Ints, held_out: Ints) -> dict[str, tuple[int, int]]:
    """Returns counts by month, in order, months without an event included."""
    months = [
        days.astype("datetime64[D]").astype("datetime64[M]")
        for days in (np.asarray(training), np.asarray(held_out))
    ]
    both = np.concatenate(months)
    if not len(both):
        return {}
    all_months = np.arange(both.min(), both.max() + 1)
    found = [
        np.bincount((part - all_months[0]).astype(int), minlength=len(all_months))
        for part in months
    ]
    return {
        str(month): (int(a), int(b))
        for month, a, b in zip(all_months, *found, strict=True)
    }


def _lengths(splits: Sequence[Mapping[str, Any]] | Any) -> dict[str, int]:
    """Returns users by the place of their last event in any window."""
    users, ends = [], []
    for windows in splits:
        num_inputs = np.count_nonzero(
            windows[features.ITEM_ID] != features.PADDING_ID, axis=1
        )
        users.append(windows[features.USER_ID])
        ends.append(windows[features.START] + num_inputs + 1)
    codes = user_numbers(np.concatenate(users))
    lengths = np.zeros(codes.max() + 1, np.int64)
    np.maximum.at(lengths, codes, np.concatenate(ends))
    bins = np.digitize(lengths, _LENGTHS)
    counted = np.bincount(bins, minlength=len(_LENGTHS) + 1)
    shown = np.flatnonzero(counted)
    return {
        _label(number): int(counted[number])
        for number in range(shown[0], shown[-1] + 1)
    }


def _label(number: int) -> str:
    low = 2 if number == 0 else _LENGTHS[number - 1]
    if number == len(_LENGTHS):
        return f"{low}+"
    high = _LENGTHS[number] - 1
    return str(low) if low == high else f"{low}-{high}"


def _buckets(
    data_set: DataSet, raw: str, bucketed: str, num_buckets: int
) -> list[DayBucket]:
    of_day = buckets_of_days(data_set, raw, bucketed, num_buckets)
    first = np.flatnonzero(np.diff(of_day, prepend=of_day[0] - 1))
    last = [*(first[1:] - 1).tolist(), None]
    return [
        DayBucket(int(of_day[start]), int(start), end)
        for start, end in zip(first, last, strict=True)
    ]


def _popular(data_set: DataSet, counts: Ints) -> list[PopularItem]:
    total = max(int(counts.sum()), 1)
    best = np.argsort(-counts, kind="stable")[:MOST_POPULAR]
    return [
        PopularItem(
            data_set.vocabulary[index].decode(),
            int(counts[index]),
            counts[index] / total,
        )
        for index in best
    ]
