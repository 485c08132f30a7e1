"""Rows of a record batch divided by a digest of a text, as they cross a shuffle."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from pipeline.arrays import columns
from pipeline.arrays.text_digests import partitions_of


def divided(
    batch: pa.RecordBatch, key: str, num_partitions: int
) -> Iterable[tuple[int, bytes]]:
    """Divides rows by the text of a column.

    Args:
      batch: any rows.
      key: the column, string without nulls; a text's part follows from a digest of it.
      num_partitions: parts.

    Yields:
      (partition, serialised rows); one element for each partition that has rows, and
      never one for each row.
    """
    if not len(batch):
        return
    partition = partitions_of(batch.column(key), num_partitions)
    if num_partitions <= 1 << 16:
        partition = partition.astype(np.uint16)  # which NumPy sorts by radix
    order = np.argsort(partition, kind="stable")
    ordered = batch.take(pa.array(order))
    found, starts = np.unique(partition[order], return_index=True)
    stops = [*starts[1:], len(order)]
    for number, start, stop in zip(found, starts, stops, strict=True):
        part = ordered.slice(int(start), int(stop - start))
        yield int(number), columns.to_bytes(part)
