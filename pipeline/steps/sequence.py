"""Sequences, as Beam steps: events by partition to histories, to windows by split."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import apache_beam as beam
import numpy as np
import pyarrow as pa
from apache_beam import pvalue
from apache_beam.typehints.decorators import no_annotations

from pipeline.accounting.day_plan import DayPlan, plan_days, reference_day
from pipeline.accounting.read_account import ReadAccount
from pipeline.accounting.sequence_account import SequenceAccount, add_sequence_accounts
from pipeline.arrays import columns
from pipeline.arrays.digests import UInt64s
from pipeline.arrays.ranges import ranges
from pipeline.arrays.text_digests import text_digests
from pipeline.options import Options
from pipeline.steps.background import InBackground
from pipeline.steps.counters import count_events
from pipeline.steps.prefetch import prefetched
from pipeline.windowing.histories import (
    Histories,
    build_histories,
    from_batch,
    to_batch,
)
from pipeline.windowing.raw_windows import DayOrigin, raw_windows
from pipeline.windowing.split import SplitRule, last_training_day, split_windows
from pipeline.windowing.training_counts import training_counts
from pipeline.windowing.windows import Windows
from schemas.layout import TRAIN

# Handed to tf.Transform at once: enough that its cost of a call is small, few enough
# that a batch of the widest columns stays in the tens of MB.
WINDOW_CELLS_A_BATCH = 400_000

# Items are counted in parts, so that no worker holds the ids of all of them.
_ITEM_PARTS = 16
# That wait to be counted: 8 bytes each.
DIGESTS_AT_A_TIME = 1_000_000

_HISTORIES = "histories"
_ACCOUNTS = "accounts"
_ITEMS = "items"


class Sequences(NamedTuple):
    """What sequencing yields.

    Attributes:
      histories: serialised histories, one element a partition.
      account: one `SequenceAccount`.
      plan: one `DayPlan`.
      reference_day: one day number.
      num_items: the number of distinct items, one integer.
    """

    histories: beam.PCollection[bytes]
    account: beam.PCollection[SequenceAccount]
    plan: beam.PCollection[DayPlan]
    reference_day: beam.PCollection[int]
    num_items: beam.PCollection[int]


@dataclass
class SortHistories(beam.PTransform):
    """Sorts events into histories, and finds the days on which splits depend.

    Attributes:
      account: what became of the rows, one `ReadAccount` that was checked.
      options: all settings.
      threads: partitions that are sorted at once; see `InBackground`.
    """

    account: beam.PCollection[ReadAccount]
    options: Options
    threads: int = 0

    @no_annotations  # Beam takes only collections for hints, not tuples of them
    def expand(self, batches: beam.PCollection[tuple[int, bytes]]) -> Sequences:
        """Wires the steps from events to histories."""
        plan = self.account | "PlanDays" >> beam.Map(plan_days, self.options)
        built = (
            batches
            | "GroupByPartition" >> beam.GroupByKey()
            | "BuildHistories"
            >> beam.ParDo(
                InBackground(
                    sort_partition, self.options, threads=self.threads, grouped=True
                ),
                pvalue.AsSingleton(plan),
            ).with_outputs(_HISTORIES, _ACCOUNTS, _ITEMS)
        )
        account = (
            built[_ACCOUNTS]
            | "CountEvents" >> beam.Map(count_events)
            | "AddAccounts" >> beam.CombineGlobally(add_sequence_accounts)
        )
        origin = account | "FindReferenceDay" >> beam.Map(
            reference_day, pvalue.AsSingleton(plan), self.options
        )
        num_items = (
            built[_ITEMS]
            | "GroupItems" >> beam.GroupByKey()
            | "CountItems" >> beam.Map(count_distinct)
            | "AddItems" >> beam.CombineGlobally(sum)
        )
        return Sequences(built[_HISTORIES], account, plan, origin, num_items)


@dataclass
class CutWindows(beam.PTransform):
    """Cuts histories into raw windows.

    Attributes:
      sequences: what the cut depends on.
      options: all settings.
    """

    sequences: Sequences
    options: Options

    def expand(
        self, histories: beam.PCollection[bytes]
    ) -> beam.PCollection[pa.RecordBatch]:
        """Wires the one step."""
        return histories | "Cut" >> beam.FlatMap(
            cut_partition,
            pvalue.AsSingleton(self.sequences.plan),
            pvalue.AsSingleton(self.sequences.reference_day),
            self.options,
        )


@dataclass
class CountTraining(beam.PTransform):
    """Counts what tf.Transform learns from; see `training_counts`.

    It cuts the training windows once more than `CutWindows`: cutting costs little, and
    filling them in, which it does not, much.

    Attributes:
      sequences: what the cut depends on.
      options: all settings.
    """

    sequences: Sequences
    options: Options

    def expand(
        self, histories: beam.PCollection[bytes]
    ) -> beam.PCollection[pa.RecordBatch]:
        """Wires the one step."""
        return histories | "Count" >> beam.Map(
            count_partition,
            pvalue.AsSingleton(self.sequences.plan),
            pvalue.AsSingleton(self.sequences.reference_day),
            self.options,
        )


def sort_partition(
    element: tuple[int, Iterable[bytes]], options: Options, plan: DayPlan
) -> Iterator[pvalue.TaggedOutput]:
    """Yields the histories, their account, and digests of their items by part."""
    _, serialised = element
    histories, dropped = build_histories(
        [columns.from_bytes(data) for data in serialised],
        options.drop_repeats,
        options.window.max_history,
        first_held_out=plan.cuts[0] if plan.cuts else None,
    )
    rule = SplitRule(options.window, options.split, plan.cuts)
    last_day = None
    if options.split.measures_from_target:
        last_day = last_training_day(histories, rule)
    windows = split_windows(histories, rule)
    lengths = histories.user_lengths
    long_enough = lengths >= options.window.min_items
    account = SequenceAccount(
        users=len(lengths),
        users_long_enough=int(long_enough.sum()),
        events=len(histories.days),
        dropped=dropped,
        last_training_day=last_day,
        windows={split: len(cut) for split, cut in windows.items()},
    )
    yield pvalue.TaggedOutput(_HISTORIES, columns.to_bytes(to_batch(histories)))
    yield pvalue.TaggedOutput(_ACCOUNTS, account)
    for part in item_parts(histories.items):
        yield pvalue.TaggedOutput(_ITEMS, part)


def cut_partition(
    element: bytes, plan: DayPlan, reference_day: int, options: Options
) -> Iterator[pa.RecordBatch]:
    """Yields the raw windows of a partition's serialised histories, split by split.

    A record batch at a time, the next one made meanwhile.
    """
    histories = from_batch(columns.from_bytes(element))
    rule = SplitRule(options.window, options.split, plan.cuts)
    yield from prefetched(
        batch
        for split, windows in split_windows(histories, rule).items()
        for batch in raw_batches(histories, split, windows, reference_day, options)
    )


def count_partition(
    element: bytes, plan: DayPlan, reference_day: int, options: Options
) -> pa.RecordBatch:
    """Returns the `training_counts` of a partition's serialised histories."""
    histories = from_batch(columns.from_bytes(element))
    rule = SplitRule(options.window, options.split, plan.cuts)
    windows = split_windows(histories, rule)[TRAIN]
    return training_counts(histories, windows, options.window.max_length, reference_day)


def raw_batches(
    histories: Histories,
    split: str,
    windows: Windows,
    reference_day: int,
    options: Options,
) -> Iterator[pa.RecordBatch]:
    """Yields the windows of a split with their columns filled in.

    Args:
      histories: where the windows are cut from.
      split: of the windows.
      windows: windows by history and then by start.
      reference_day: days since 1970-01-01.
      options: all settings.

    Yields:
      Record batches of `raw_windows`, of about `WINDOW_CELLS_A_BATCH` cells.
    """
    is_training = split == TRAIN
    origin = DayOrigin(
        reference_day,
        from_target=options.split.measures_from_target and not is_training,
    )
    window = options.window
    cells = np.full(len(windows), window.max_length + 1)
    if not is_training:
        cells += np.minimum(windows.target, window.max_seen)
    for start, stop in ranges(cells, WINDOW_CELLS_A_BATCH):
        yield raw_windows(
            histories,
            windows.part(start, stop),
            window.max_length,
            origin,
            window.max_seen,
            split,
        )


def item_parts(items: pa.Array) -> Iterator[tuple[int, bytes]]:
    """Yields (part, digests) of distinct items; the part follows from the digest."""
    digests = text_digests(items)
    parts = digests % _ITEM_PARTS
    for part in range(_ITEM_PARTS):
        yield part, digests[parts == part].tobytes()


def count_distinct(element: tuple[int, Iterable[bytes]]) -> int:
    """Returns the number of distinct 64-bit digests of a part."""
    _, digests = element
    distinct = np.zeros(0, np.uint64)
    waiting: list[UInt64s] = []
    size = 0
    # Of many partitions there are far more digests than distinct ones.
    for data in digests:
        waiting.append(np.frombuffer(data, np.uint64))
        size += len(waiting[-1])
        if size > max(len(distinct), DIGESTS_AT_A_TIME):
            distinct = np.unique(np.concatenate([distinct, *waiting]))
            waiting, size = [], 0
    return len(np.unique(np.concatenate([distinct, *waiting])))
