import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.arrays import columns
from pipeline.recommend.request_batches import cut_requests, padded_rows, shown_lengths
from pipeline.recommend.request_shards import by_shard, join_requests, no_requests
from pipeline.recommend.requests import REQUEST_SCHEMA

DIGESTS = np.random.default_rng(3).integers(0, 2**64, 10_000, np.uint64)


def requests(lengths: list[int]) -> pa.RecordBatch:
    rows = [
        {
            "user_id": f"u{i}",
            "digest_high": DIGESTS[i],
            "digest_low": i,
            "items": ["a"] * length,
            "days": [1] * length,
            "last_day": 1,
            "num_events": length,
            "is_usable": True,
        }
        for i, length in enumerate(lengths)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=REQUEST_SCHEMA)


@given(st.lists(st.sampled_from([0, 1, 3, 40, 300, 5_000]), max_size=80))
def test_batches_hold_every_user_once_and_few_padded_cells(lengths: list[int]) -> None:
    batches = list(cut_requests(requests(lengths), num_items=100))
    users = [user for b in batches for user in b.column("user_id").to_pylist()]
    assert sorted(users) == sorted(f"u{i}" for i in range(len(lengths)))
    longest = [int(shown_lengths(batch).max()) for batch in batches]
    assert longest == sorted(longest)
    for batch, width in zip(batches, longest, strict=True):
        rows = padded_rows(len(batch), width)
        assert len(batch) <= rows <= 512
        # A row's scores may depend on its own length alone.
        assert rows == 1 if width > 1024 else rows % 16 == 0
        assert rows * width <= max(1 << 14, width)


@pytest.mark.parametrize(
    ("num_items", "most"),
    [(1, 512), (16_384, 512), (100_000, 80), (2_000_000, 16), (50_000_000, 16)],
)
def test_large_catalogues_are_asked_about_fewer_users_at_once(num_items, most):
    batches = list(cut_requests(requests([1] * 1_030), num_items))
    assert max(len(batch) for batch in batches) == most
    assert sum(len(batch) for batch in batches) == 1_030


def test_shards_do_not_depend_on_the_parts_they_come_in():
    whole = requests([2] * 300)
    parts = [whole.slice(start, 77) for start in range(0, 300, 77)]

    def joined(batches: list[pa.RecordBatch]) -> dict[int, bytes]:
        found: dict[int, list[bytes]] = {shard: [] for shard in range(7)}
        for shard, part in [
            *no_requests(7),
            *(pair for batch in batches for pair in by_shard(batch, 7)),
        ]:
            found[shard].append(part)
        return dict(join_requests(shard, parts) for shard, parts in found.items())

    shards = joined([whole])
    assert joined(parts[::-1]) == shards
    batches = [columns.from_bytes(shards[shard]) for shard in range(7)]
    high = [d for batch in batches for d in batch.column("digest_high").to_pylist()]
    assert high == sorted(DIGESTS[:300].tolist())


def test_empty_shard_stays_one():
    ((shard, nothing),) = no_requests(1)
    shard, data = join_requests(shard, [nothing])
    assert (shard, columns.from_bytes(data).num_rows) == (0, 0)
    assert list(by_shard(columns.from_bytes(data), 4)) == []
    assert list(cut_requests(columns.from_bytes(data), 9)) == []
