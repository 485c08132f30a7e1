"""Distinct items, counted in parts."""

import numpy as np
import pyarrow as pa
import pytest

from pipeline.steps import sequence
from pipeline.steps.sequence import count_distinct, item_parts


@pytest.mark.parametrize("at_a_time", [1, 50, 1_000_000])
def test_items_of_several_partitions_count_once(monkeypatch, at_a_time):
    monkeypatch.setattr(sequence, "DIGESTS_AT_A_TIME", at_a_time)
    generator = np.random.default_rng(0)
    drawn = [generator.integers(0, 300, 100) for _ in range(9)]
    by_part = {}
    for numbers in drawn:
        items = pa.array([f"i{number}" for number in np.unique(numbers)])
        for part, digests in item_parts(items):
            by_part.setdefault(part, []).append(digests)
    counted = sum(count_distinct(element) for element in by_part.items())
    assert counted == len(np.unique(np.concatenate(drawn)))


def test_a_part_without_items_counts_none():
    assert count_distinct((0, [b"", b""])) == 0


def test_no_more_digests_wait_than_allowed(monkeypatch):
    monkeypatch.setattr(sequence, "DIGESTS_AT_A_TIME", 10)
    sizes = []
    concatenate = np.concatenate

    def spy(arrays):
        sizes.append(sum(map(len, arrays)))
        return concatenate(arrays)

    monkeypatch.setattr(sequence.np, "concatenate", spy)
    same = np.arange(5, dtype=np.uint64).tobytes()
    assert count_distinct((0, [same] * 1_000)) == 5
    assert max(sizes) <= 5 + 10 + 5
