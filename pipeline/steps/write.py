"""Writing, as Beam steps: examples to sorted shards, rejects, and the manifest."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import apache_beam as beam
import pyarrow as pa

from pipeline.accounting.read_account import ReadAccount
from pipeline.accounting.reject_batch import RejectBatch
from pipeline.accounting.reject_lines import reject_lines
from pipeline.arrays import columns
from pipeline.records.examples import SHARD_SCHEMA, encode_examples, sorted_examples
from pipeline.records.tfrecords import write_tfrecords
from pipeline.steps.background import InBackground
from pipeline.steps.counters import count
from pipeline.storage.files import new_file
from schemas.layout import REJECTS, join, rejects_name, shard_name
from schemas.manifest import Manifest


@dataclass(frozen=True)
class Shard:
    """One written shard.

    Attributes:
      split: the split.
      name: the file's name.
      num_records: its examples.
      num_unknown: those whose last target is an unknown item.
      digest: of the file (`schemas.digests`).
    """

    split: str
    name: str
    num_records: int
    num_unknown: int
    digest: str


@dataclass
class WriteExamples(beam.PTransform):
    """Encodes examples and writes those of each split in sorted shards.

    Attributes:
      output: the data set's folder.
      splits: the splits.
      num_shards: how many files of each split, empty ones included.
      num_items: the size of the vocabulary, one integer.
      threads: shards that are written at once; see `InBackground`.
    """

    output: str
    splits: Sequence[str]
    num_shards: int
    num_items: beam.PCollection[int]
    threads: int = 0

    def expand(
        self, examples: beam.PCollection[tuple[pa.RecordBatch, dict[str, pa.Array]]]
    ) -> beam.PCollection[Shard]:
        """Wires the steps from transformed columns to shards."""
        encoded = examples | "Encode" >> beam.ParDo(
            InBackground(encode_examples, self.num_shards, threads=1),
            beam.pvalue.AsSingleton(self.num_items),
        ).with_output_types(tuple[tuple[str, int], bytes])
        nothing = columns.to_bytes(pa.RecordBatch.from_pylist([], schema=SHARD_SCHEMA))
        every_shard = examples.pipeline | "NameShards" >> beam.Create(
            [
                ((split, shard), nothing)
                for split in self.splits
                for shard in range(self.num_shards)
            ],
            reshuffle=False,
        )
        return (
            (encoded, every_shard)
            | "AddEmptyShards" >> beam.Flatten()
            | "GroupByShard" >> beam.GroupByKey()
            | "WriteShards"
            >> beam.ParDo(
                InBackground(
                    write_shards,
                    self.output,
                    self.num_shards,
                    threads=self.threads,
                    grouped=True,
                )
            ).with_output_types(Shard)
            | "CountRecords" >> beam.Map(count_records)
        )


def write_shards(
    element: tuple[tuple[str, int], Iterable[bytes]], output: str, num_shards: int
) -> Iterator[Shard]:
    """Writes one shard, and yields what it holds.

    Args:
      element: its split and number, and serialised record batches of `SHARD_SCHEMA` in
        any order.
      output: the data set's folder.
      num_shards: the number of shards of each split.
    """
    (split, shard), parts = element
    examples = sorted_examples([columns.from_bytes(p) for p in parts])
    name = shard_name(shard, num_shards)
    with new_file(join(output, split, name)) as stream:
        digest = write_tfrecords(stream, examples)
    yield Shard(split, name, len(examples), examples.num_unknown, digest)


def count_records(shard: Shard) -> Shard:
    """Counts the examples of a shard, and returns it."""
    count(f"records_written_{shard.split}", shard.num_records)
    return shard


@dataclass
class WriteRejects(beam.PTransform):
    """Writes refused rows, those of one stretch of the input together.

    Attributes:
      output: the data set's folder.
      account: what became of the rows, one `ReadAccount` that was checked: where too
        many were refused none is unpacked.
      num_files: at most so many files.
    """

    output: str
    account: beam.PCollection[ReadAccount]
    num_files: int

    def expand(
        self, rejects: beam.PCollection[tuple[int, RejectBatch]]
    ) -> beam.PCollection[int]:
        """Wires the steps from rejects to the number of rows in each file."""
        return (
            rejects
            | "KeyByFile" >> beam.Map(key_by_file, self.num_files)
            | "GroupByFile" >> beam.GroupByKey()
            | "WriteFiles"
            >> beam.Map(
                write_rejects, self.output, beam.pvalue.AsSingleton(self.account)
            )
        )


def key_by_file(
    element: tuple[int, RejectBatch], num_files: int
) -> tuple[int, RejectBatch]:
    """Says which file of rejects takes those of one block."""
    stretch, rejects = element
    return stretch % num_files, rejects


def write_rejects(
    element: tuple[int, Iterable[RejectBatch]],
    output: str,
    account: ReadAccount,
) -> int:
    """Writes one file of rejects, in the order of the input; returns their number."""
    file, batches = element
    written = 0
    with new_file(join(output, REJECTS, rejects_name(file))) as stream:
        for line in reject_lines(batches, account):
            stream.write(line)
            written += 1
    return written


def write_manifest(manifest: Manifest, path: str) -> Manifest:
    """Writes a manifest."""
    with new_file(path) as stream:
        stream.write(manifest.to_json().encode())
    return manifest
