"""Requests by shard: each file of recommendations is asked for and written at once."""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from pipeline.arrays import columns
from pipeline.arrays.digests import bucket_of
from pipeline.recommend.requests import REQUEST_SCHEMA


def by_shard(requests: pa.RecordBatch, num_shards: int) -> Iterator[tuple[int, bytes]]:
    """Yields (shard, serialised requests) of a batch of `REQUEST_SCHEMA`."""
    shard = bucket_of(requests.column("digest_high").to_numpy(), num_shards)
    for number in np.unique(shard):
        part = requests.filter(pa.array(shard == number))
        yield int(number), columns.to_bytes(part)


def no_requests(num_shards: int) -> list[tuple[int, bytes]]:
    """Returns an empty part of every shard, so that each is written."""
    nothing = columns.to_bytes(pa.RecordBatch.from_pylist([], schema=REQUEST_SCHEMA))
    return [(shard, nothing) for shard in range(num_shards)]


def join_requests(shard: int, parts: Iterable[bytes]) -> tuple[int, bytes]:
    """Joins the requests of a shard, by digest, whatever the order of the parts."""
    requests = columns.concatenate([columns.from_bytes(part) for part in parts])
    return shard, columns.to_bytes(by_digest(requests))


def by_digest(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Returns rows with `digest_high` and `digest_low` in their order."""
    order = np.lexsort(
        [rows.column(name).to_numpy() for name in ("digest_low", "digest_high")]
    )
    return rows.take(pa.array(order))
