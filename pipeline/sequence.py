"""Sequences, as Beam steps: events by partition to raw windows by split."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import apache_beam as beam
import numpy as np
import pandas as pd
import pyarrow as pa
from apache_beam import pvalue
from apache_beam.typehints.decorators import no_annotations

from pipeline import columns
from pipeline.accounts import (
    DayPlan,
    ReadAccount,
    SequenceAccount,
    add_sequence_accounts,
    plan_days,
    reference_day,
)
from pipeline.histories import Histories, build_histories, from_batch, to_batch
from pipeline.options import Options
from pipeline.raw_windows import DayOrigin, raw_windows
from pipeline.split import last_training_day, split_windows
from pipeline.windows import Int64s, Windows, first_new_event
from schemas.layout import TRAIN

# Handed to tf.Transform at once: enough that its cost of a call is small, few enough
# that a batch of the widest columns stays in the tens of MB.
WINDOW_CELLS_A_BATCH = 100_000

# Items are counted in parts, so that no worker holds the ids of all of them.
_ITEM_PARTS = 16

_HISTORIES = "histories"
_ACCOUNTS = "accounts"
_ITEMS = "items"


class Sequences(NamedTuple):
    """What sequencing yields.

    Attributes:
      windows: raw windows of each split, as record batches.
      account: one `SequenceAccount`.
      plan: one `DayPlan`.
      reference_day: one day number.
      num_items: the number of distinct items, one integer.
    """

    windows: dict[str, beam.PCollection[pa.RecordBatch]]
    account: beam.PCollection[SequenceAccount]
    plan: beam.PCollection[DayPlan]
    reference_day: beam.PCollection[int]
    num_items: beam.PCollection[int]


@dataclass
class CutSequences(beam.PTransform):
    """Sorts events into histories and cuts these into windows.

    Attributes:
      account: what became of the rows, one `ReadAccount`.
      options: all settings.
    """

    account: beam.PCollection[ReadAccount]
    options: Options

    @no_annotations  # Beam takes only collections for hints, not tuples of them
    def expand(self, batches: beam.PCollection[tuple[int, bytes]]) -> Sequences:
        """Wires the steps from events to windows."""
        options = self.options
        plan = self.account | "PlanDays" >> beam.Map(plan_days, options)
        built = (
            batches
            | "GroupByPartition" >> beam.GroupByKey()
            | "BuildHistories"
            >> beam.ParDo(
                BuildHistories(options), pvalue.AsSingleton(plan)
            ).with_outputs(_HISTORIES, _ACCOUNTS, _ITEMS)
        )
        account = built[_ACCOUNTS] | "AddAccounts" >> beam.CombineGlobally(
            add_sequence_accounts
        )
        origin = account | "FindReferenceDay" >> beam.Map(
            reference_day, pvalue.AsSingleton(plan), options
        )
        windows = built[_HISTORIES] | "CutWindows" >> beam.ParDo(
            CutWindows(options), pvalue.AsSingleton(plan), pvalue.AsSingleton(origin)
        ).with_outputs(TRAIN, *options.split.held_out)
        num_items = (
            built[_ITEMS]
            | "GroupItems" >> beam.GroupByKey()
            | "CountItems" >> beam.Map(count_distinct)
            | "AddItems" >> beam.CombineGlobally(sum)
        )
        return Sequences(
            {name: windows[name] for name in (TRAIN, *options.split.held_out)},
            account,
            plan,
            origin,
            num_items,
        )


class BuildHistories(beam.DoFn):
    """Sorts a partition; a DoFn for its three outputs."""

    def __init__(self, options: Options) -> None:
        """Sets how to sort; see `CutSequences`."""
        self._options = options

    @no_annotations
    def process(
        self, element: tuple[int, Iterable[bytes]], plan: DayPlan
    ) -> Iterator[pvalue.TaggedOutput]:
        """Yields the histories, their account, and digests of their items by part."""
        options = self._options
        _, serialised = element
        histories, dropped = build_histories(
            [columns.from_bytes(data) for data in serialised],
            options.drop_repeats,
            options.window.max_history,
        )
        last_day = None
        if options.split.measures_from_target:
            last_day = last_training_day(
                histories, options.window, options.split, plan.cuts
            )
        long_enough = histories.lengths >= options.window.min_items
        account = SequenceAccount(
            users=len(histories.users),
            users_long_enough=int(long_enough.sum()),
            events=len(histories.days),
            dropped=dropped,
            last_training_day=last_day,
        )
        yield pvalue.TaggedOutput(_HISTORIES, columns.to_bytes(to_batch(histories)))
        yield pvalue.TaggedOutput(_ACCOUNTS, account)
        for part in item_parts(histories.items):
            yield pvalue.TaggedOutput(_ITEMS, part)


class CutWindows(beam.DoFn):
    """Cuts the histories of a partition; a DoFn for its outputs by split."""

    def __init__(self, options: Options) -> None:
        """Sets how to cut; see `CutSequences`."""
        self._options = options

    @no_annotations
    def process(
        self, element: bytes, plan: DayPlan, reference_day: int
    ) -> Iterator[pvalue.TaggedOutput]:
        """Yields raw windows, a record batch at a time."""
        histories = from_batch(columns.from_bytes(element))
        options = self._options
        by_split = split_windows(histories, options.window, options.split, plan.cuts)
        for name, windows in by_split.items():
            for batch in _batches(histories, name, windows, reference_day, options):
                yield pvalue.TaggedOutput(name, batch)


def _batches(
    histories: Histories,
    split: str,
    windows: Windows,
    reference_day: int,
    options: Options,
) -> Iterator[pa.RecordBatch]:
    is_training = split == TRAIN
    origin = DayOrigin(
        reference_day,
        from_target=options.split.measures_from_target and not is_training,
    )
    window = options.window
    cells = np.full(len(windows), window.max_length + 1)
    if not is_training:
        cells += np.minimum(windows.target, window.max_seen)
    first_new = first_new_event(windows) if is_training else None
    for start, stop in _parts(cells):
        yield raw_windows(
            histories,
            windows.part(start, stop),
            window.max_length,
            origin,
            window.max_seen,
            None if first_new is None else first_new[start:stop],
        )


def _parts(cells: Int64s) -> Iterator[tuple[int, int]]:
    """Yields ranges of windows that have about as many cells as a batch may."""
    ends = np.cumsum(cells)
    start = 0
    while start < len(cells):
        before = ends[start] - cells[start]
        stop = int(np.searchsorted(ends, before + WINDOW_CELLS_A_BATCH, side="right"))
        stop = max(stop, start + 1)
        yield start, stop
        start = stop


def item_parts(items: pa.Array) -> Iterator[tuple[int, bytes]]:
    """Yields (part, digests) of distinct items; the part follows from the digest."""
    digests = pd.util.hash_array(np.asarray(items.to_pylist(), object))
    parts = digests % _ITEM_PARTS
    for part in range(_ITEM_PARTS):
        yield part, digests[parts == part].tobytes()


def count_distinct(element: tuple[int, Iterable[bytes]]) -> int:
    """Returns the number of distinct 64-bit digests of a part."""
    _, digests = element
    found = [np.frombuffer(data, np.uint64) for data in digests]
    return len(np.unique(np.concatenate(found)))
