import gzip
import itertools
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UserError
from tests.support.data_sets import Window, cyclic_windows, write_data_set
from tests.support.digests import accept_files, edit_manifest
from trainer.data import records
from trainer.data.data_set import DataSet, open_data_set
from trainer.data.records import Ragged, load_split, map_split

WINDOWS = [
    Window([1, 2], 3, [2, 1], [1, 4], seen=[1, 2], user="a"),
    Window([6], 1, [3], [2], seen=[6, 4, 5], user="b", start=2),
    Window([2, 3, 4], 6, seen=[], user="ü"),
]


def _open(folder: Path) -> DataSet:
    return open_data_set(
        write_data_set(
            folder, WINDOWS, WINDOWS, num_items=5, max_length=3, num_shards=1
        )
    )


def _shard(data_set: DataSet) -> Path:
    return Path(data_set.files("eval")[0])


def test_reads_every_feature_in_the_order_of_the_shard(tmp_path: Path) -> None:
    data_set = _open(tmp_path / "data")
    columns = load_split(data_set, "eval", data_set.manifest.features)
    np.testing.assert_array_equal(columns["item_id"], [[0, 1, 2], [0, 0, 6], [2, 3, 4]])
    np.testing.assert_array_equal(columns["target"], [[1, 2, 3], [0, 6, 1], [3, 4, 6]])
    np.testing.assert_array_equal(columns["nb_days"][:2], [[0, 2, 1], [0, 0, 3]])
    np.testing.assert_array_equal(columns["gap_days"][:2], [[0, 1, 4], [0, 0, 2]])
    np.testing.assert_array_equal(columns["day"][0], [0, 17_000, 17_001, 17_002])
    assert columns["start"].tolist() == [0, 2, 0]
    assert columns["user_id"].tolist() == [b"a", b"b", "ü".encode()]
    assert columns["item_id"].dtype == np.int32


def test_seen_keeps_rows_of_any_length(tmp_path: Path) -> None:
    seen = load_split(_open(tmp_path / "data"), "eval", ["seen"])["seen"]
    assert isinstance(seen, Ragged)
    assert len(seen) == 3
    assert seen.values.tolist() == [1, 2, 6, 4, 5]
    assert seen.row_splits.tolist() == [0, 2, 5, 5]
    np.testing.assert_array_equal(seen.dense(0, 3), [[1, 2, 0], [6, 4, 5], [0, 0, 0]])
    np.testing.assert_array_equal(seen.dense(2, 3), [[0]])


def test_a_split_is_not_held_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = [Window([1] * 200, 2)] * 1_200
    path = write_data_set(tmp_path / "data", windows, num_items=2, max_length=200)
    data_set = open_data_set(path)
    # So that what is parsed at a time does not count.
    monkeypatch.setattr(records, "_PARSE_BATCH", 20)
    names = ["item_id", "nb_days", "gap_days", "target", "day"]
    tracemalloc.start()
    try:
        columns = load_split(data_set, "train", names)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    size = sum(column.nbytes for column in columns.values())
    assert size > 4e6
    # All of it, and one of the five columns once more.
    assert peak < 1.4 * size


@given(
    st.lists(st.lists(st.integers(1, 9), max_size=5), min_size=1, max_size=8), st.data()
)
def test_taking_rows_is_taking_them_one_by_one(
    rows: list[list[int]], data: st.DataObject
) -> None:
    places = st.integers(0, len(rows) - 1)
    order = np.array(data.draw(st.lists(places, max_size=10)), np.int64)
    splits = np.cumsum([0, *map(len, rows)])
    ragged = Ragged(np.array(list(itertools.chain(*rows)), np.int32), splits)
    taken = ragged.take(order)
    assert len(taken) == len(order)
    ends = taken.row_splits
    assert [
        taken.values[start:stop].tolist() for start, stop in itertools.pairwise(ends)
    ] == [rows[row] for row in order]
    assert (taken.values.dtype, taken.row_splits.dtype) == (np.int32, np.int64)
    for row, place in enumerate(order):
        np.testing.assert_array_equal(
            taken.dense(row, row + 1), ragged.dense(place, place + 1)
        )


def test_a_split_is_read_part_by_part(tmp_path: Path) -> None:
    windows = cyclic_windows(31, 5, 3, 0)
    path = write_data_set(
        tmp_path / "data", windows, num_items=5, max_length=3, num_shards=4
    )
    data_set = open_data_set(path)
    parts = map_split(data_set, "train", ["item_id", "start"], lambda rows: rows)
    assert len(parts) == 4
    whole = load_split(data_set, "train", ["item_id", "start"])
    for name in ("item_id", "start"):
        joined = np.concatenate([part[name] for part in parts])
        np.testing.assert_array_equal(joined, whole[name])


def test_shards_follow_each_other(tmp_path: Path) -> None:
    windows = cyclic_windows(31, 5, 3, 0)
    path = write_data_set(
        tmp_path / "data", windows, num_items=5, max_length=3, num_shards=4
    )
    users = load_split(open_data_set(path), "train", ["user_id"])["user_id"]
    expected = [w.user.encode() for shard in range(4) for w in windows[shard::4]]
    assert users.tolist() == expected


def test_a_split_without_records_is_empty(tmp_path: Path) -> None:
    data_set = _open(tmp_path / "data")
    columns = load_split(data_set, "test", ["item_id", "seen", "user_id"])
    assert columns["item_id"].shape == (0, 3)
    assert len(columns["seen"]) == 0
    assert columns["user_id"].shape == (0,)


def _map(*arguments):
    return map_split(*arguments, len)


@pytest.mark.parametrize("read", [load_split, _map])
def test_a_truncated_shard_is_named(tmp_path: Path, read) -> None:
    data_set = _open(tmp_path / "data")
    shard = _shard(data_set)
    shard.write_bytes(shard.read_bytes()[:-40])
    with pytest.raises(
        UserError, match=r"eval/windows-00000-.* is damaged .*write the"
    ):
        read(data_set, "eval", ["item_id"])


def test_a_shard_with_a_broken_record_is_named(tmp_path: Path) -> None:
    data_set = _open(tmp_path / "data")
    shard = _shard(data_set)
    raw = bytearray(gzip.decompress(shard.read_bytes()))
    raw[30] ^= 0xFF
    shard.write_bytes(gzip.compress(bytes(raw)))
    accept_files(Path(data_set.path))
    data_set = open_data_set(data_set.path)
    with pytest.raises(UserError, match=r"windows-00000-.* is damaged"):
        load_split(data_set, "eval", ["item_id"])


def test_a_shard_that_is_no_gzip_is_named(tmp_path: Path) -> None:
    data_set = _open(tmp_path / "data")
    _shard(data_set).write_bytes(b"hello")
    with pytest.raises(UserError, match=r"windows-00000-.* is damaged"):
        load_split(data_set, "eval", ["item_id"])


def test_a_shard_with_fewer_records_than_the_manifest_says(tmp_path: Path) -> None:
    data_set = _open(tmp_path / "data")
    edit_manifest(
        Path(data_set.path),
        lambda value: value["records"].update(eval={_shard(data_set).name: 4}),
    )
    with pytest.raises(UserError, match="it holds 3 records, the manifest says 4"):
        load_split(open_data_set(data_set.path), "eval", ["item_id"])


def test_ids_outside_the_vocabulary_are_refused(tmp_path: Path) -> None:
    path = write_data_set(
        tmp_path / "data", [Window([7], 1)], num_items=5, num_shards=1
    )
    with pytest.raises(UserError, match=r"`item_id` runs from 0 to 7, .* 0 \.\.\. 6"):
        load_split(open_data_set(path), "train", ["item_id"])


def test_records_of_another_length_are_refused(tmp_path: Path) -> None:
    short = open_data_set(
        write_data_set(tmp_path / "short", WINDOWS, num_items=5, max_length=3)
    )
    long = open_data_set(
        write_data_set(tmp_path / "long", WINDOWS, num_items=5, max_length=4)
    )
    for source, target in zip(long.files("train"), short.files("train"), strict=True):
        Path(target).write_bytes(Path(source).read_bytes())
    with pytest.raises(UserError, match="is damaged"):
        load_split(short, "train", ["item_id"])
