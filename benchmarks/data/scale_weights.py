"""Weighs what the pipeline shuffles, and the memory of a worker at one partition.

The one part of the benchmarks that imports the pipeline: the bytes on the wire are
those of its own functions. It runs in a process of its own, so that no other subject
loads Beam and its peak memory is nobody else's:

    python -m benchmarks.data.scale_weights DATA [--user=USER] FILE ...

FILE ... is the log that the data set DATA was made of. Prints JSON.
"""

import argparse
import json
import resource
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import tensorflow as tf

import pipeline.program  # noqa: F401  (the memory of a worker begins with all imports)
from benchmarks.common.programs import PEAK_UNIT_BYTES
from pipeline.arrays import columns
from pipeline.arrays.digests import user_digests
from pipeline.arrays.text_digests import partitions_of
from pipeline.input.input_files import InputFile, input_bytes, list_files, split_file
from pipeline.input.row_blocks import row_blocks
from pipeline.options import PARTITION_BYTES, Options, ReadOptions
from pipeline.parse.events import parse_events
from pipeline.parse.review_schema import load_review_schema
from pipeline.records.examples import SHARD_SCHEMA
from pipeline.steps.read import partition_events
from pipeline.steps.sequence import WINDOW_CELLS_A_BATCH, raw_batches
from pipeline.windowing.histories import build_histories, from_batch, to_batch
from pipeline.windowing.split import SplitRule, split_windows
from schemas.features import START, USER_ID
from schemas.layout import MANIFEST, TRAIN
from schemas.manifest import Manifest

PARTITIONS = (1, 64, 1_000, 10_000, 100_000)
_EXAMPLES = 100_000
_WEIGHED_BLOCKS = 2


def main(data: Path, logs: Sequence[str], user: str = "") -> dict[str, Any]:
    """Weighs; see the module.

    Args:
      data: a data set.
      logs: the files of its input.
      user: whose partition is built; empty: the first.

    Returns:
      Bytes per event at each step, bytes per example, and peaks of memory in bytes.
    """
    path = data / MANIFEST
    manifest = Manifest.from_json(path.read_text(), str(path))
    options = Options(
        read=ReadOptions(load_review_schema("plain")),
        window=manifest.window,
        split=manifest.split,
    )
    peaks = {"imports": peak_bytes()}
    files = list_files(logs)
    partitions = max(1, -(-input_bytes(files) // PARTITION_BYTES))
    chosen = int(partitions_of(pa.array([user]), partitions)[0]) if user else 0
    wire = dict.fromkeys(map(str, PARTITIONS), 0)
    weighed = 0
    batches = []
    for number, block in enumerate(event_blocks(files, options.read)):
        for parts in PARTITIONS if number < _WEIGHED_BLOCKS else ():
            sizes = [len(batch) for _, batch in partition_events(block, parts)]
            wire[str(parts)] += sum(sizes)
        weighed += len(block) if number < _WEIGHED_BLOCKS else 0
        batches += [b for p, b in partition_events(block, partitions) if p == chosen]
    peaks["events"] = peak_bytes()
    histories, _ = build_histories(
        [columns.from_bytes(batch) for batch in batches],
        max_history=options.window.max_history,
        first_held_out=manifest.cut_days[0] if manifest.cut_days else None,
    )
    events = len(histories.days)
    kept = columns.to_bytes(to_batch(histories))
    peaks["histories"] = peak_bytes()
    histories = from_batch(columns.from_bytes(kept))
    rule = SplitRule(options.window, options.split, manifest.cut_days)
    windows = 0
    for split, of_split in split_windows(histories, rule).items():
        for batch in raw_batches(
            histories, split, of_split, manifest.reference_day, options
        ):
            windows += len(batch)
    peaks["windows"] = peak_bytes()
    return {
        "partitions": partitions,
        "events": events,
        "windows": windows,
        "event_bytes": {parts: size / weighed for parts, size in wire.items()},
        "history_bytes": len(kept) / events,
        "example_bytes": {
            split: example_bytes(data / split / min(shards), manifest)
            for split, shards in manifest.records.items()
        },
        "peaks": peaks,
    }


def event_blocks(
    files: Sequence[InputFile], options: ReadOptions
) -> Iterator[pa.RecordBatch]:
    """Yields the events of the files, a batch a block, as the pipeline parses them."""
    for file in files:
        for part in split_file(file, options):
            for block in row_blocks(part, options):
                yield parse_events(
                    block.rows, options.schema, block.start, options.latest_day, None
                ).batch


def example_bytes(shard: Path, manifest: Manifest) -> float:
    """Returns what an example of a shard weighs in the shuffle before it is written.

    Its examples are put back into batches of the size that a worker encodes.
    """
    dataset = tf.data.TFRecordDataset(str(shard), "GZIP").take(_EXAMPLES)
    records = list(dataset.as_numpy_iterator())
    if not records:
        return 0.0
    spec = {
        USER_ID: tf.io.FixedLenFeature([], tf.string),
        START: tf.io.FixedLenFeature([], tf.int64),
    }
    parsed = tf.io.parse_example(tf.constant(records), spec)
    users = [user.decode() for user in parsed[USER_ID].numpy()]
    digests = user_digests(users)
    rows = pa.record_batch(
        [
            pa.array(digests[:, 0]),
            pa.array(digests[:, 1]),
            pa.array(parsed[START].numpy()),
            # The index of the target: a number as large.
            pa.array(parsed[START].numpy()),
            pa.array([False] * len(records)),
            pa.array(records, pa.large_binary()),
        ],
        schema=SHARD_SCHEMA,
    )
    shards = len(manifest.records[shard.parent.name])
    size = max(WINDOW_CELLS_A_BATCH // (manifest.window.max_length + 1) // shards, 1)
    if shard.parent.name != TRAIN:
        # With `seen`, whose length differs from user to user: these as in training.
        size = max(size // 2, 1)
    return total_bytes(rows, size) / len(records)


def total_bytes(rows: pa.RecordBatch, size: int) -> int:
    """Returns the bytes of rows that are serialised `size` at a time."""
    parts: Iterable[pa.RecordBatch] = (
        rows.slice(start, size) for start in range(0, len(rows), size)
    )
    return sum(len(columns.to_bytes(part)) for part in parts)


def peak_bytes() -> int:
    """Returns the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT_BYTES


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--user", default="")
    args = parser.parse_args()
    print(json.dumps(main(args.data, args.files, args.user)))
