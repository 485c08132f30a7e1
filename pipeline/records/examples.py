"""Transformed columns as serialised examples, by shard and in the order of a shard."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from tfx_bsl.coders.example_coder import RecordBatchToExamplesEncoder

from pipeline.arrays import columns
from pipeline.arrays.digests import UInt64s, bucket_of
from pipeline.records.example_bytes import int64_examples
from pipeline.windowing.raw_windows import DIGEST_HIGH, DIGEST_LOW, SPLIT
from pipeline.windowing.windows import Int64s
from schemas.features import (
    ITEM_ID,
    PADDING_ID,
    SEEN,
    START,
    TARGET,
    example_features,
    unknown_id,
)
from schemas.layout import SPLIT_FOLDERS

# Examples of a shard that are copied into their order at a time.
_BYTES_AT_ONCE = 16 << 20

# The last target's index in its history. Held-out windows of a user may share a start:
# all whose targets are among the first W + 1 events begin at 0.
_TARGET_INDEX = "target_index"

SHARD_SCHEMA = pa.schema(
    [
        (DIGEST_HIGH, pa.uint64()),
        (DIGEST_LOW, pa.uint64()),
        (START, pa.int64()),
        (_TARGET_INDEX, pa.int64()),
        ("is_unknown", pa.bool_()),
        ("example", pa.large_binary()),
    ]
)


def encode_examples(
    element: tuple[pa.RecordBatch, dict[str, pa.Array]],
    num_shards: int,
    num_items: int,
) -> Iterator[tuple[tuple[str, int], bytes]]:
    """Encodes a batch as `tf.train.Example`s and divides it by shard.

    Args:
      element: a record batch of the columns of `schemas.features.example_features`
        and of `raw_windows.PASSED_THROUGH`: the split, one for all rows, whose examples
        may hold fewer features, and the digests of the users, which decide the shard;
        and an empty dict, in the way of tf.Transform.
      num_shards: the number of shards of each split.
      num_items: N.

    Yields:
      ((split, shard), serialised record batch of `SHARD_SCHEMA`).
    """
    batch, _ = element
    if not len(batch):
        return
    split = SPLIT_FOLDERS[batch.column(SPLIT)[0][0].as_py()]
    target = batch.column(TARGET)
    max_length = len(target[0])
    last_target = target.flatten().to_numpy().reshape(-1, max_length)[:, -1]
    features = {}
    for name, feature in example_features(max_length).items():
        if split in feature.splits:
            column = batch.column(name)
            features[name] = _distinct(column, num_items) if name == SEEN else column
    high = _digests(batch.column(DIGEST_HIGH))
    start = batch.column(START).flatten().to_numpy()
    inputs = batch.column(ITEM_ID).flatten().to_numpy().reshape(-1, max_length)
    rows = pa.record_batch(
        [
            pa.array(high),
            pa.array(_digests(batch.column(DIGEST_LOW))),
            pa.array(start),
            pa.array(start + (inputs != PADDING_ID).sum(axis=1)),
            pa.array(last_target == unknown_id(num_items)),
            serialize(features),
        ],
        schema=SHARD_SCHEMA,
    )
    shard = bucket_of(high, num_shards)
    for number in np.unique(shard):
        chosen = rows.filter(pa.array(shard == number))
        yield (split, int(number)), columns.to_bytes(chosen)


def serialize(features: dict[str, pa.Array]) -> pa.LargeBinaryArray:
    """Serialises examples, equal ones to equal bytes.

    Features of an example are a protobuf map, and a map is written in an order that
    changes from one message to the next. So each feature is encoded by itself, and the
    messages of a row are put one behind the other in the order of the features' names:
    concatenated messages are, by the rules of protobuf, their merger.

    Args:
      features: columns of lists, by name, of equal length, at least 1.
    """
    encoder = RecordBatchToExamplesEncoder()
    parts = []
    for is_matrix, group in itertools.groupby(
        sorted(features.items()), lambda entry: _is_matrix(entry[1])
    ):
        if is_matrix:
            parts.append(int64_examples({name: _matrix(c) for name, c in group}))
            continue
        for name, column in group:
            encoded = encoder.encode(pa.record_batch({name: column}))
            parts.append(pa.array(encoded, pa.large_binary()))
    empty = pa.scalar(b"", pa.large_binary())
    return pc.binary_join_element_wise(*parts, empty)


def _is_matrix(column: pa.Array) -> bool:
    """Whether a column holds integers, as many in every row and at least one."""
    if not pa.types.is_int64(column.type.value_type):
        return False
    lengths = np.diff(column.offsets.to_numpy())
    return bool(lengths[0] > 0 and (lengths == lengths[0]).all())


def _matrix(column: pa.Array) -> Int64s:
    values: Int64s = column.flatten().to_numpy()
    return values.reshape(len(column), -1)


@dataclass(frozen=True)
class SortedExamples:
    """The examples of a shard in order: by user digest, start and last target.

    Those of a user with a long history can be gigabytes, so they are not copied into
    their order at once: `iter` yields serialised examples, made a few at a time.

    Attributes:
      rows: a record batch of `SHARD_SCHEMA`, in any order.
      order: int64 [examples], the places of its rows.
    """

    rows: pa.RecordBatch
    order: Int64s

    def __len__(self) -> int:
        return len(self.order)

    def __iter__(self) -> Iterator[bytes]:
        examples = self.rows.column("example")
        step = max(1, _BYTES_AT_ONCE * len(self) // max(1, examples.nbytes))
        for start in range(0, len(self), step):
            some = pa.array(self.order[start : start + step])
            yield from examples.take(some).to_pylist()

    @property
    def num_unknown(self) -> int:
        """How many of them have an unknown last target."""
        return int(pc.sum(self.rows.column("is_unknown")).as_py() or 0)


def sorted_examples(parts: Sequence[pa.RecordBatch]) -> SortedExamples:
    """Puts the examples of a shard in order.

    Args:
      parts: record batches of `SHARD_SCHEMA`, in any order.
    """
    rows = columns.concatenate(parts)
    keys = (_TARGET_INDEX, START, DIGEST_LOW, DIGEST_HIGH)
    order = np.lexsort([rows.column(name).to_numpy() for name in keys])
    return SortedExamples(rows, order)


def _digests(column: pa.Array) -> UInt64s:
    return column.flatten().to_numpy().view(np.uint64)  # type: ignore[no-any-return]


def _distinct(seen: pa.LargeListArray, num_items: int) -> pa.LargeListArray:
    """Keeps the unknown id once in each list: the last of them."""
    values = seen.flatten().to_numpy()
    lengths = np.diff(seen.offsets.to_numpy())
    rows = np.repeat(np.arange(len(seen)), lengths)
    kept = np.ones(len(values), bool)
    unknown = np.flatnonzero(values == unknown_id(num_items))
    repeated: Int64s = unknown[:-1][rows[unknown[:-1]] == rows[unknown[1:]]]
    kept[repeated] = False
    counts = np.bincount(rows[kept], minlength=len(seen))
    offsets = np.concatenate([[0], np.cumsum(counts)])
    return pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(values[kept]))
