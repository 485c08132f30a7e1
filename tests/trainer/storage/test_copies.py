import gzip
import logging
import shutil
import tempfile
from collections import namedtuple
from pathlib import Path

import pytest

from schemas.errors import UserError
from schemas.layout import EVAL, TEST, TRAIN
from tests.support.buckets import copy_to, files_in, put
from tests.support.data_sets import write_split_data_set
from trainer.data.data_copy import local_data_set, to_measure, to_train
from trainer.data.data_set import open_data_set
from trainer.data.records import load_split
from trainer.serving.examples import example_split
from trainer.storage.copies import local_copy, opened_copy
from trainer.storage.stand_ins import local


def files(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in Path(folder).rglob("*")
        if path.is_file()
    }


def test_a_copy_is_the_same_and_is_gone_afterwards(bucket, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    content = {
        "a.txt": b"one",
        "sub/empty": b"",
        # As it is stored: pyarrow would unpack it by its name.
        "sub/b.gz": gzip.compress(b"two"),
        "sub/large": bytes(range(256)) * 80_000,
    }
    for path, value in content.items():
        put(f"{bucket}/folder/{path}", value)
    put(f"{bucket}/folder2/other", b"no part of it")
    with local_copy(f"{bucket}/folder/"):
        folder = Path(local(f"{bucket}/folder"))
        assert folder.name == "folder"
        assert folder.is_relative_to(tmp_path)
        assert files(folder) == content
    assert not list(tmp_path.iterdir())


def test_what_is_not_wanted_is_not_copied(bucket):
    put(f"{bucket}/a/large", b"large")
    put(f"{bucket}/a/small", b"small")
    with local_copy(f"{bucket}/a", lambda path: path == "small"):
        assert files(local(f"{bucket}/a")) == {"small": b"small"}


def test_a_local_folder_is_not_copied(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with local_copy(str(tmp_path)), local_data_set(str(tmp_path), to_train):
        assert local(str(tmp_path)) == str(tmp_path)


@pytest.mark.parametrize(
    ("splits", "copied"),
    [
        (to_train, {TRAIN, EVAL}),
        (to_measure(None), {TRAIN, TEST}),
        (to_measure(EVAL), {TRAIN, EVAL}),
        (to_measure(None, and_train=True), {TRAIN, EVAL, TEST}),
        (example_split, {TEST}),
    ],
    ids=["train", "measure", "measure eval", "measure and train", "examples"],
)
def test_only_the_splits_at_hand_are_copied(gs_bucket, tmp_path, splits, copied):
    data = write_split_data_set(tmp_path / "data", num_items=6)
    copy_to(data, gs_bucket)
    put(f"{gs_bucket}/rejects/rejects-00000.jsonl", b"{}")
    with local_data_set(gs_bucket, splits):
        found = files(local(gs_bucket))
        data_set = open_data_set(gs_bucket)
        rows = load_split(data_set, next(iter(copied)), ["item_id"])["item_id"]
    assert {path.split("/")[0] for path in found} == {
        "manifest.json",
        "transform_fn",
        *copied,
    }
    here = load_split(open_data_set(data), next(iter(copied)), ["item_id"])
    assert (rows == here["item_id"]).all()


def test_a_disk_that_is_too_small(gs_bucket, monkeypatch, tmp_path):
    Usage = namedtuple("Usage", "total used free")
    put(f"{gs_bucket}/a", b"x" * 2000)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1500, 0, 1500))
    with pytest.raises(UserError) as raised, local_copy(gs_bucket):
        pass
    assert str(raised.value) == (
        f"{gs_bucket} needs 2.0 kB on this machine and {tmp_path} has 1.5 kB free; set "
        "TMPDIR to a folder on a larger disk."
    )
    assert not list(tmp_path.iterdir())


def test_a_file_that_changes_while_it_is_copied(bucket):
    put(f"{bucket}/data/a", b"four")
    with opened_copy(f"{bucket}/data") as copy:
        put(f"{bucket}/data/a", b"and four")
        with pytest.raises(UserError, match=r"/data/a was cut short or changed while"):
            copy.fetch(lambda _: True)


def damaged(folder, bucket, path, content):
    """Copies a data set into a bucket, one of its files changed or removed."""
    data = Path(write_split_data_set(folder / "data", num_items=6))
    if content is None:
        (data / path).unlink()
    else:
        (data / path).write_bytes(content)
    copy_to(data, bucket)


SHARD = "train/windows-00001-of-00002.tfrecord.gz"


@pytest.mark.parametrize(
    ("path", "content", "sentence"),
    [
        ("manifest.json", None, "{} holds no manifest.json: it is no data set, or the"),
        ("manifest.json", b"{", "{}/manifest.json is not a Seamstress manifest; run"),
        (SHARD, None, "{}/" + SHARD + " is missing, the manifest names it; write the"),
        ("eval/x.tfrecord.gz", b"", "{}/eval/x.tfrecord.gz is not in the manifest, it"),
    ],
)
def test_an_incomplete_data_set(gs_bucket, tmp_path, path, content, sentence):
    damaged(tmp_path, gs_bucket, path, content)
    with pytest.raises(UserError) as raised, local_data_set(gs_bucket, to_train):
        pass
    assert str(raised.value).startswith(sentence.format(gs_bucket))


def test_a_damaged_shard_is_called_by_its_remote_name(gs_bucket, tmp_path):
    damaged(tmp_path, gs_bucket, SHARD, b"no gzip")
    with local_data_set(gs_bucket, to_train):
        data_set = open_data_set(gs_bucket)
        with pytest.raises(UserError, match=f"^{gs_bucket}/{SHARD} is damaged"):
            load_split(data_set, TRAIN, ["item_id"])


def test_a_large_copy_is_told(gs_bucket, caplog):
    put(f"{gs_bucket}/data/a", b"x" * 2_500_000)
    with caplog.at_level(logging.INFO, "trainer"), local_copy(f"{gs_bucket}/data"):
        assert f"copying {gs_bucket}/data (2.5 MB) to " in caplog.text
    assert files_in(f"{gs_bucket}/data").keys() == {"a"}
