"""Records that no window can be are named before anything is learned from them."""

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UserError
from tests.support.data_sets import cyclic_windows, write_data_set
from tests.support.digests import accept_files
from trainer.data.data_set import open_data_set
from trainer.data.record_checks import find_fault
from trainer.data.records import load_split

Examples = list[tf.train.Example]
W, N, BUCKETS = 3, 5, 4


def ints(example: tf.train.Example, name: str) -> Any:
    return example.features.feature[name].int64_list.value


def write_poisoned(
    folder: Path, split: str, poison: Callable[[tf.train.Example], object]
) -> Path:
    """Writes a data set in which the last record of a split is poisoned."""
    windows = cyclic_windows(12, N, W, 0)
    write_data_set(
        folder,
        windows[:6],
        windows[6:9],
        windows[9:],
        num_items=N,
        max_length=W,
        day_buckets=BUCKETS,
        num_shards=1,
    )
    (shard,) = (folder / split).iterdir()
    examples = [
        tf.train.Example.FromString(record.numpy())
        for record in tf.data.TFRecordDataset(str(shard), "GZIP")
    ]
    # A full window, so that each place can be poisoned.
    for name, values in _FULL.items():
        ints(examples[-1], name)[:] = values
    poison(examples[-1])
    _write(shard, examples)
    accept_files(folder)
    return folder


_FULL = {
    "item_id": [2, 3, 4],
    "target": [3, 4, 5],
    "nb_days": [4, 3, 2],
    "gap_days": [1, 1, 1],
    "day": [17_000, 17_000, 17_002, 17_003],
}


def _write(shard: Path, examples: Examples) -> None:
    plain = shard.with_suffix("")
    with tf.io.TFRecordWriter(str(plain)) as writer:
        for example in examples:
            writer.write(example.SerializeToString())
    shard.write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
    plain.unlink()


def setting(name: str, *values: int) -> Callable[[tf.train.Example], None]:
    def poison(example: tf.train.Example) -> None:
        ints(example, name)[:] = values

    return poison


def floats(name: str, *values: float) -> Callable[[tf.train.Example], None]:
    def poison(example: tf.train.Example) -> None:
        example.features.feature[name].Clear()
        example.features.feature[name].float_list.value[:] = values

    return poison


def without(name: str) -> Callable[[tf.train.Example], None]:
    def poison(example: tf.train.Example) -> None:
        del example.features.feature[name]

    return poison


UNFIT = {
    "an item behind the unknown one": (setting("item_id", 2, 3, 7), "`item_id` runs"),
    "a negative item": (setting("item_id", 2, -3, 4), "`item_id` runs from -3"),
    # As int32 it would be item 3.
    "an item that wraps round": (setting("item_id", 2, 2**32 + 3, 4), "`item_id` runs"),
    "a target outside": (setting("target", 3, 4, 99), "`target` runs from"),
    "a target that is not the next item": (setting("target", 3, 2, 5), "not the next"),
    "a bucket outside": (setting("nb_days", 5, 3, 2), "`nb_days` runs from 0 to 5"),
    "a gap outside": (setting("gap_days", 1, 1, -1), "`gap_days` runs from -1"),
    "a bucket that is padding": (setting("nb_days", 4, 0, 2), "`nb_days` is padding"),
    "a start before the first event": (setting("start", -1), "`start` runs from -1"),
    "a day before the year 1": (setting("day", -(2**40), 0, 1, 2), "`day` runs from"),
    "a day after the year 9999": (setting("day", 1, 2, 3, 2**40), "`day` runs from"),
    "a day that wraps round": (setting("day", 1, 2, 3, 2**32 + 4), "`day` runs from"),
    "days that fall": (setting("day", 17_000, 17_005, 17_002, 17_003), "`day` falls"),
    "a target before its input": (setting("day", 1, 2, 3, 2), "`day` falls"),
    "padding behind": (setting("item_id", 2, 3, 0), "the last `item_id` is padding"),
    "padding between": (setting("item_id", 2, 0, 4), "padding behind an input"),
    "a row without an input": (setting("item_id", 0, 0, 0), "has no input"),
    "days that are NaN": (floats("day", *[float("nan")] * 4), "after about 0 records"),
    "buckets that are NaN": (floats("nb_days", *[float("nan")] * 3), "after about 0"),
    "items that are floats": (floats("item_id", 2.0, 3.0, 4.0), "after about 0"),
    "too few items": (setting("item_id", 3, 4), "after about 0 records"),
    "no items": (without("item_id"), "after about 0 records"),
    "no days": (without("day"), "after about 0 records"),
}
ALL = ("item_id", "target", "nb_days", "gap_days", "start", "day", "user_id")


@pytest.mark.parametrize("split", ["train", "eval", "test"])
@pytest.mark.parametrize(("poison", "sentence"), UNFIT.values(), ids=UNFIT)
def test_a_record_that_is_no_window_is_named(tmp_path, split, poison, sentence):
    data_set = open_data_set(str(write_poisoned(tmp_path / "data", split, poison)))
    with pytest.raises(UserError) as error:
        load_split(data_set, split, ALL)
    assert f"{split}/windows-00000-of-00001.tfrecord.gz is damaged (" in str(
        error.value
    )
    assert sentence in str(error.value)


@pytest.mark.parametrize("seen", [[0], [7], [-1], [1, 2**32 + 1]])
@pytest.mark.parametrize("split", ["eval", "test"])
def test_seen_items_that_are_none_are_named(tmp_path, split, seen):
    folder = write_poisoned(tmp_path / "data", split, setting("seen", *seen))
    with pytest.raises(UserError, match=r"`seen` runs from .* stay in 1 \.\.\. 6"):
        load_split(open_data_set(str(folder)), split, ["seen"])


def test_what_is_not_poisoned_is_read(tmp_path):
    # An unknown item is an input; as a target of training it is left out.
    def unknown(example):
        ints(example, "item_id")[:] = [2, 6, 4]
        ints(example, "target")[:] = [0, 4, 0]

    folder = write_poisoned(tmp_path / "data", "train", unknown)
    columns = load_split(open_data_set(str(folder)), "train", ALL)
    assert columns["item_id"][-1].tolist() == [2, 6, 4]
    folder = write_poisoned(
        tmp_path / "held", "test", setting("day", -719_162, 0, 0, 0)
    )
    columns = load_split(open_data_set(str(folder)), "test", ALL)
    assert columns["day"][-1].tolist() == [-719_162, 0, 0, 0]


def columns_of(histories: Sequence[Sequence[int]]) -> dict[str, np.ndarray]:
    """The columns of windows over histories of 2 to W + 1 items."""
    rows = [[0] * (W + 1 - len(items)) + list(items) for items in histories]
    items = np.array(rows, np.int64).reshape(-1, W + 1)
    real = items[:, :-1] != 0
    days = np.where(np.pad(real, ((0, 0), (0, 1)), constant_values=True), 17_000, 0)
    return {
        "item_id": items[:, :-1],
        "target": items[:, 1:],
        "nb_days": real.astype(np.int64),
        "day": days + np.where(days > 0, np.arange(W + 1), 0),
    }


HISTORIES = st.lists(
    st.lists(st.integers(1, N + 1), min_size=2, max_size=W + 1), min_size=1, max_size=6
)


@given(HISTORIES)
def test_no_window_of_a_history_is_refused(manifest_of_n, histories):
    assert find_fault(columns_of(histories), manifest_of_n) is None


@given(HISTORIES, st.data())
def test_padding_put_anywhere_into_a_full_window_is_found(
    manifest_of_n, histories, data
):
    columns = columns_of([*histories, [1, 2, 3, 4]])
    place = data.draw(st.integers(1, W - 1))
    columns["item_id"] = columns["item_id"].copy()
    columns["item_id"][-1, place] = 0
    assert find_fault(columns, manifest_of_n) is not None


@pytest.fixture(scope="module")
def manifest_of_n(tmp_path_factory):
    folder = tmp_path_factory.mktemp("windows") / "data"
    path = write_data_set(
        folder,
        cyclic_windows(3, N, W, 0),
        num_items=N,
        max_length=W,
        day_buckets=BUCKETS,
    )
    return open_data_set(path).manifest
