"""Bytes of a shard that are not those that the pipeline wrote are found and named."""

import gzip
import random
import shutil
from pathlib import Path

import pytest

from schemas.errors import UserError
from schemas.layout import SPLIT_FOLDERS
from tests.support.data_sets import cyclic_windows, write_data_set
from tests.support.digests import accept_files
from tests.support.refusals import refusal_of
from trainer.data.data_set import DataSet, open_data_set
from trainer.data.records import load_split, map_split

FEATURES = ("item_id", "target", "nb_days", "start")


def write(
    folder: Path, seed: int = 0, max_length: int = 3, num_shards: int = 2
) -> Path:
    """Writes a data set of 12 training, 6 eval and 6 test windows."""
    windows = cyclic_windows(24, 5, max_length, seed)
    write_data_set(
        folder,
        windows[:12],
        windows[12:18],
        windows[18:],
        num_items=5,
        max_length=max_length,
        num_shards=num_shards,
    )
    return folder


def read_all(data_set: DataSet) -> dict[str, dict[str, list]]:
    return {
        split: {
            name: column.tolist()
            for name, column in load_split(data_set, split, FEATURES).items()
        }
        for split in SPLIT_FOLDERS
    }


def shards_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/windows-*.tfrecord.gz"))


def split_of(shard: Path) -> str:
    return shard.parent.name


@pytest.mark.slow
@pytest.mark.parametrize("number", range(6))
def test_flipped_bytes_of_every_shard_are_found_and_the_shard_named(tmp_path, number):
    data_set = open_data_set(str(write(tmp_path / "data")))
    shard = shards_of(tmp_path / "data")[number]
    whole = shard.read_bytes()
    # The header and the trailer of gzip whole, and every sixth byte of the rest.
    ends = [*range(20), *range(len(whole) - 8, len(whole))]
    for place in sorted({*ends, *range(number, len(whole), 6)}):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        shard.write_bytes(damaged)
        with pytest.raises(UserError) as error:
            load_split(data_set, split_of(shard), ["item_id"])
        assert f"{shard} is damaged" in str(error.value), place
        assert "write the data set again" in str(error.value)
    shard.write_bytes(whole)
    assert len(load_split(data_set, split_of(shard), ["item_id"])["item_id"])


@pytest.mark.slow
@pytest.mark.parametrize("read", [load_split, lambda *of: map_split(*of, len)])
def test_a_shard_cut_anywhere_or_followed_by_anything_is_named(tmp_path, read):
    data_set = open_data_set(str(write(tmp_path / "data")))
    shard = shards_of(tmp_path / "data")[0]
    whole = shard.read_bytes()
    cuts = [whole[:place] for place in range(0, len(whole), 7)]
    # The last bytes are the trailer of gzip, which TensorFlow's reader does not miss.
    cuts += [whole[:-count] for count in range(1, 9)]
    tails = [b"\0", b"garbage", whole, gzip.compress(b""), gzip.compress(b"x")]
    for content in [*cuts, *(whole + tail for tail in tails)]:
        shard.write_bytes(content)
        with pytest.raises(UserError, match=f"{shard.name} is damaged"):
            read(data_set, split_of(shard), ["item_id"])


def test_the_same_records_packed_anew_are_not_what_was_written(tmp_path):
    data_set = open_data_set(str(write(tmp_path / "data")))
    shard = shards_of(tmp_path / "data")[0]
    records = gzip.decompress(shard.read_bytes())
    shard.write_bytes(gzip.compress(records, compresslevel=1, mtime=0))
    with pytest.raises(UserError, match="its digest is not the manifest's"):
        load_split(data_set, split_of(shard), ["item_id"])


@pytest.mark.parametrize("seed", range(20))
def test_where_no_digest_helps_a_flip_is_found_or_changes_nothing(tmp_path, seed):
    # As where TFX hands over records that it has made: there is no manifest.
    folder = write(tmp_path / "data")
    whole = read_all(open_data_set(str(folder)))
    draw = random.Random(seed)
    shard = draw.choice(shards_of(folder))
    content = bytearray(shard.read_bytes())
    content[draw.randrange(len(content))] ^= draw.randrange(1, 256)
    shard.write_bytes(content)
    accept_files(folder)
    damaged = open_data_set(str(folder))
    sentence = refusal_of(read_all, damaged)
    if sentence is None:
        assert read_all(damaged) == whole
    else:
        assert f"{shard} is damaged" in sentence


def test_shards_that_changed_places_are_named(tmp_path):
    folder = write(tmp_path / "data")
    first, second = shards_of(folder)[:2]
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    with pytest.raises(
        UserError, match=r"eval/windows-0000\d-of-00002.* is damaged or"
    ):
        load_split(open_data_set(str(folder)), "eval", ["item_id"])


def test_splits_that_changed_places_are_named(tmp_path):
    folder = write(tmp_path / "data")
    (folder / "eval").rename(tmp_path / "kept")
    (folder / "test").rename(folder / "eval")
    (tmp_path / "kept").rename(folder / "test")
    data_set = open_data_set(str(folder))
    for split in ("eval", "test"):
        with pytest.raises(UserError, match=rf"{split}/windows.* of another data set"):
            load_split(data_set, split, ["item_id"])


def test_a_shard_of_another_data_set_is_named(tmp_path):
    folder, other = write(tmp_path / "data"), write(tmp_path / "other", seed=9)
    shutil.copy(shards_of(other)[2], shards_of(folder)[2])
    with pytest.raises(UserError, match=r"test/windows-00000.* of another data set"):
        load_split(open_data_set(str(folder)), "test", ["item_id"])


@pytest.mark.parametrize("max_length", [2, 4])
def test_records_of_another_window_length_are_named(tmp_path, max_length):
    folder = write(tmp_path / "data")
    other = write(tmp_path / "other", max_length=max_length)
    for source, target in zip(shards_of(other), shards_of(folder), strict=True):
        shutil.copy(source, target)
    with pytest.raises(UserError, match=r"windows-0000.* is damaged"):
        load_split(open_data_set(str(folder)), "train", ["item_id"])
    accept_files(folder)
    with pytest.raises(UserError, match=r"windows-0000.* is damaged \(after about 0"):
        load_split(open_data_set(str(folder)), "train", ["item_id"])


@pytest.mark.parametrize("number", range(6))
def test_each_missing_shard_and_each_extra_one_is_named_at_the_door(tmp_path, number):
    folder = write(tmp_path / "data")
    shard = shards_of(folder)[number]
    extra = shard.with_name("windows-00002-of-00003.tfrecord.gz")
    shutil.copy(shard, extra)
    with pytest.raises(UserError, match=rf"{extra} is not in the manifest"):
        open_data_set(str(folder))
    extra.unlink()
    shard.unlink()
    with pytest.raises(UserError, match=rf"{shard} is missing"):
        open_data_set(str(folder))


def test_a_folder_in_the_place_of_a_shard_is_named(tmp_path):
    folder = write(tmp_path / "data")
    shard = shards_of(folder)[0]
    shard.unlink()
    shard.mkdir()
    with pytest.raises(UserError, match=f"{shard} is damaged"):
        load_split(open_data_set(str(folder)), "eval", ["item_id"])
