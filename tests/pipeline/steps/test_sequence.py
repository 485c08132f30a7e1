"""Distinct items, counted in parts."""

import numpy as np
import pyarrow as pa
import pytest

from pipeline.accounting.day_plan import DayPlan
from pipeline.accounting.sequence_account import SequenceAccount
from pipeline.arrays import columns
from pipeline.options import Options, ReadOptions
from pipeline.parse.review_schema import load_review_schema
from pipeline.steps import sequence
from pipeline.steps.sequence import count_distinct, item_parts
from schemas.settings import WindowSettings
from tests.support.events import event_batch
from tests.support.reference import DAY_MS, Row


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


def test_a_hot_user_trains_on_as_many_events_however_many_come_after_the_cut():
    """Of 30 users, of whom one has gone on behind the cut for long."""
    options = Options(
        ReadOptions(load_review_schema("plain")), WindowSettings(max_history=8)
    )
    plan = DayPlan(60, (20, 40))

    def counted(last_day):
        rows = [Row("u0", f"i{day}", day * DAY_MS) for day in range(last_day)]
        rows += [Row(f"u{user}", "i", 3 * DAY_MS) for user in range(1, 30)]
        element = (0, [columns.to_bytes(event_batch(rows))])
        found = list(sequence.sort_partition(element, options, plan))
        (account,) = [o.value for o in found if isinstance(o.value, SequenceAccount)]
        assert account.num_read == len(rows)
        assert (account.users, account.users_long_enough) == (30, 1)
        (histories,) = [o.value for o in found if isinstance(o.value, bytes)]
        (row,) = [sequence.count_partition(histories, plan, 19, options)]
        items = row.column("counted_items")[0].as_py()
        return account.windows, sorted(items)

    trained = sorted(f"i{day}".encode() for day in range(12, 20))
    assert counted(20) == ({"train": 3, "eval": 0, "test": 0}, trained)
    assert counted(25) == ({"train": 3, "eval": 5, "test": 0}, trained)
    # Those behind the cut are too many, too: a history of their own.
    assert counted(30) == ({"train": 3, "eval": 6, "test": 0}, trained)
    assert counted(60) == ({"train": 3, "eval": 0, "test": 6}, trained)
