from pathlib import Path

import pytest

from schemas.errors import UserError
from tests.support.data_sets import Window, cyclic_windows, write_data_set
from tests.support.reference import window_places
from trainer.batching.target_counts import count_targets
from trainer.batching.training_rows import rows_in_memory
from trainer.data.data_set import open_data_set

# 4 is unknown: an input, and in training records never a target.
HISTORY = [1, 2, 4, 2, 3, 2, 1]


def _write(folder: Path) -> str:
    windows = []
    for i, t in window_places(len(HISTORY), 3, 1):
        chosen = HISTORY[i : t + 1]
        target = 0 if chosen[-1] == 4 else chosen[-1]
        windows.append(Window(chosen[:-1], target, start=i))
    return write_data_set(folder, windows, num_items=3, max_length=3)


def test_counts_each_target_once_however_windows_overlap(tmp_path: Path) -> None:
    counts = count_targets(open_data_set(_write(tmp_path / "data")), "none")
    # All events but the first.
    assert counts.items.tolist() == [1, 3, 1]
    assert counts.events.tolist() == [2, 3, 1]


@pytest.mark.parametrize(
    ("train_positions", "learned"),
    [
        ("all", [1 + 4, 0, 0, 19 + 20]),
        ("once", [1 + 4, 0, 0, 19 + 1]),
        ("last", [2, 0, 0, 2]),
    ],
)
def test_counts_rows_and_what_is_learned_from_by_width(
    tmp_path: Path, train_positions: str, learned: list[int]
) -> None:
    windows = [
        Window([1], 2),
        Window([1, 2, 1, 2], 1, user="b"),
        Window([1] * 9 + [2] * 10, 1, user="c"),
        Window([1] * 20, 2, user="d", start=1),
    ]
    path = write_data_set(tmp_path / "data", windows, num_items=3, max_length=20)
    counts = count_targets(open_data_set(path), "none", train_positions)
    # The widths are 4, 8, 16 and 20.
    assert counts.rows.tolist() == [2, 0, 0, 2]
    assert counts.learned.tolist() == learned


def test_a_damaged_shard_is_named(tmp_path: Path) -> None:
    data_set = open_data_set(_write(tmp_path / "data"))
    shard = Path(data_set.files("train")[1])
    shard.write_bytes(shard.read_bytes()[:-30])
    with pytest.raises(UserError, match=r"windows-00001-of-00002.* is damaged"):
        count_targets(data_set, "none")


@pytest.mark.parametrize("day_feature", ["age", "date", "gap"])
def test_a_day_bucket_that_no_embedding_holds_is_found(
    tmp_path: Path, day_feature: str
) -> None:
    windows = [Window([1], 2, [999], [999])]
    data = write_data_set(tmp_path / "data", windows, num_items=3, max_length=3)
    with pytest.raises(UserError, match=r"is damaged.*999, it must stay in"):
        count_targets(open_data_set(data), day_feature)
    assert count_targets(open_data_set(data), "none").items.tolist() == [0, 1, 0]


@pytest.mark.parametrize("train_positions", ["all", "once", "last"])
def test_rows_in_memory_count_as_those_of_the_shards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, train_positions: str
) -> None:
    monkeypatch.setattr("trainer.batching.target_counts._PART", 7)
    path = write_data_set(
        tmp_path / "data", cyclic_windows(30, 6, 20, 0), num_items=6, max_length=20
    )
    data_set = open_data_set(path)
    rows = rows_in_memory(data_set, "train", "age")
    shards = count_targets(data_set, "age", train_positions)
    memory = count_targets(data_set, "age", train_positions, rows)
    for name in ("items", "rows", "learned"):
        assert getattr(memory, name).tolist() == getattr(shards, name).tolist()


def test_rows_above_the_limit_are_not_kept(tmp_path: Path) -> None:
    data_set = open_data_set(_write(tmp_path / "data"))
    size = data_set.num_records("train") * 3 * 4 * 4
    assert rows_in_memory(data_set, "train", "age", size - 1) is None
    kept = rows_in_memory(data_set, "train", "age", size)
    assert sum(column.nbytes for column in kept.values()) <= size
    assert {column.dtype.name for column in kept.values()} == {"int32"}
