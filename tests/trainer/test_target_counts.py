from pathlib import Path

import pytest

from schemas.errors import UserError
from tests.support.data_sets import Window, write_data_set
from tests.support.reference import window_places
from trainer.data_set import open_data_set
from trainer.target_counts import count_targets

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
    assert counts.tolist() == [1, 3, 1]


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
    assert count_targets(open_data_set(data), "none").tolist() == [0, 1, 0]
