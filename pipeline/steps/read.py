"""Reading, as Beam steps: files to events by partition, rejects and an account."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import apache_beam as beam
import numpy as np
import pyarrow as pa
from apache_beam import pvalue
from apache_beam.typehints.decorators import no_annotations

from pipeline import live_counts
from pipeline.accounting.placed_reject import PlacedReject
from pipeline.accounting.read_account import (
    SHOWN_REJECTS,
    ReadAccount,
    add_read_accounts,
)
from pipeline.accounting.reject_batch import RejectBatch, reject_batch
from pipeline.arrays.partitions import divided
from pipeline.input.input_files import FileRange, InputFile, list_files, split_file
from pipeline.input.row_blocks import RawBlock, RowBlock, raw_blocks
from pipeline.options import ReadOptions
from pipeline.parse.attributes import attribute_values
from pipeline.parse.dates import day_of
from pipeline.parse.events import ITEM, MOMENT, USER, Events, parse_events
from pipeline.parse.item_values import block_values
from pipeline.runners.worker_versions import check_versions
from pipeline.steps.counters import count_rows
from pipeline.steps.prefetch import mapped_ahead
from pipeline.storage.files import path_bytes

# Positions in the input are 63-bit integers: the file's ordinal above, the byte or row
# in the file below.
_ORDINAL_SHIFT = 40

# Refused rows of so much input are written by one worker.
STRETCH_BYTES = 64 << 20
STRETCH_ROWS = 1 << 20

_BATCHES = "batches"
_REJECTS = "rejects"
_ACCOUNTS = "accounts"
_VALUES = "values"

# Items are divided, so that several workers find the latest of their attributes; the
# table of all is then put together by one.
_ITEM_PARTS = 16


class Reading(NamedTuple):
    """What reading yields.

    Attributes:
      batches: (partition, serialised events of one block).
      rejects: (stretch of the input, refused rows of one block).
      account: one `ReadAccount`.
      values: (part of the items, serialised `block_values` of one block); None where no
        attribute is read.
    """

    batches: beam.PCollection[tuple[int, bytes]]
    rejects: beam.PCollection[tuple[int, RejectBatch]]
    account: beam.PCollection[ReadAccount]
    values: beam.PCollection[tuple[int, bytes]] | None = None


@dataclass
class ReadEvents(beam.PTransform):
    """Reads all rows of the input.

    Attributes:
      patterns: files or globs.
      options: how to read and judge rows.
      num_partitions: parts into which users are divided.
      threads: blocks that are parsed at once; see `mapped_ahead`.
    """

    patterns: Sequence[str]
    options: ReadOptions
    num_partitions: int
    threads: int = 0

    @no_annotations  # Beam takes only collections for hints, not tuples of them
    def expand(self, root: beam.Pipeline) -> Reading:
        """Wires the steps from patterns to events."""
        ranges = (
            root
            | "NamePatterns" >> beam.Create([None], reshuffle=False)
            | "CheckVersions" >> check_versions()
            | "ListFiles" >> beam.FlatMap(_files, list(self.patterns))
            | "SpreadFiles" >> beam.Reshuffle()
            | "SplitFiles" >> beam.FlatMap(split_file, self.options)
            | "SpreadRanges" >> beam.Reshuffle()
        )
        tags = [_BATCHES, _REJECTS, _ACCOUNTS]
        if self.options.item_fields:
            tags.append(_VALUES)
        read = ranges | "ReadBlocks" >> beam.ParDo(
            ReadBlocks(self.options, self.num_partitions, self.threads)
        ).with_outputs(*tags)
        account = (
            read[_ACCOUNTS]
            | "CountRows" >> beam.Map(count_rows)
            | "AddAccounts" >> beam.CombineGlobally(add_read_accounts)
        )
        values = read[_VALUES] if self.options.item_fields else None
        return Reading(read[_BATCHES], read[_REJECTS], account, values)


def _files(_: None, patterns: Sequence[str]) -> list[InputFile]:
    """Returns the files of `patterns`, which need not be UTF-8 as elements must."""
    return list_files(patterns)


class ReadBlocks(beam.DoFn):
    """Reads a range of a file; a DoFn for its outputs."""

    def __init__(
        self, options: ReadOptions, num_partitions: int, threads: int = 0
    ) -> None:
        """Sets how to read; see `ReadEvents`."""
        self._options = options
        self._num_partitions = num_partitions
        self._threads = threads

    @no_annotations
    def process(self, element: FileRange) -> Iterator[pvalue.TaggedOutput]:
        """Yields batches, rejects, an account and values of each block of a range."""
        blocks, parse = raw_blocks(element, self._options)

        def judge(block: RawBlock) -> list[pvalue.TaggedOutput]:
            return [
                output
                for rows in parse(block)
                for output in self._outputs(element, rows)
            ]

        for outputs in mapped_ahead(judge, blocks, self._threads):
            yield from outputs

    def _outputs(
        self, part: FileRange, block: RowBlock
    ) -> Iterator[pvalue.TaggedOutput]:
        options = self._options
        events = parse_events(
            block.rows,
            options.schema,
            (part.ordinal << _ORDINAL_SHIFT) + block.start,
            options.latest_day,
            options.min_rating,
        )
        live_counts.add_rows(events.num_accepted + len(events.rejects))
        path = path_bytes(part.path).decode("utf-8", "surrogateescape")
        for batch in partition_events(events.batch, self._num_partitions):
            yield pvalue.TaggedOutput(_BATCHES, batch)
        if events.rejects:
            rejects = reject_batch(part.ordinal, path, block.start, events.rejects)
            yield pvalue.TaggedOutput(
                _REJECTS, (stretch_of(part, block.start), rejects)
            )
        values = {
            name: attribute_values(block.rows.fields[name]).filter(events.kept)
            for name in options.item_fields
        }
        first = sorted(events.rejects, key=lambda reject: reject.row)[:SHOWN_REJECTS]
        placed = [PlacedReject(part.ordinal, path, block.start, r) for r in first]
        place = part.ordinal, block.start
        account = _account(events, placed, place, block.places, values)
        yield pvalue.TaggedOutput(_ACCOUNTS, account)
        if values:
            reduced = block_values(events.batch, list(values.values()))
            for element in divided(reduced, ITEM, _ITEM_PARTS):
                yield pvalue.TaggedOutput(_VALUES, element)


def stretch_of(part: FileRange, block: int) -> int:
    """Returns the number of the stretch of the input that a block belongs to.

    It follows from the file and the place in it, and not from how the file is cut for
    the workers. The first stretch of each file has the file's ordinal.

    Args:
      part: of a file.
      block: where the block starts in the file.
    """
    size = STRETCH_ROWS if part.format == "parquet" else STRETCH_BYTES
    return part.ordinal + block // size


def partition_events(
    batch: pa.RecordBatch, num_partitions: int
) -> Iterable[tuple[int, bytes]]:
    """Divides the events of a block by user.

    Args:
      batch: events.
      num_partitions: parts; a user's part follows from a digest of the id.

    Yields:
      (partition, serialised events); one element for each partition that has events,
      and never one for each event.
    """
    yield from divided(batch, USER, num_partitions)


def _account(
    events: Events,
    first_rejects: list[PlacedReject],
    block: tuple[int, int],
    places: int,
    values: Mapping[str, pa.StringArray],
) -> ReadAccount:
    days, counts = np.unique(
        day_of(events.batch.column(MOMENT).to_numpy()), return_counts=True
    )
    return ReadAccount(
        accepted=events.num_accepted,
        rejected=dict(Counter(reject.reason for reject in events.rejects)),
        dropped=events.dropped,
        days=dict(zip(days.tolist(), counts.tolist(), strict=True)),
        places={block: places},
        first_rejects=tuple(first_rejects),
        values={name: len(of) - of.null_count for name, of in values.items()},
    )
