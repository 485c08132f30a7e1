"""A data set looked at, of which the small writer of the tests made the files."""

import json
import shutil

import pytest

from schemas.errors import UsageError, UserError
from schemas.inspection.data_set_view import (
    Event,
    Window,
    choose_split,
    open_manifest,
    read_windows,
)
from schemas.layout import MANIFEST
from schemas.storage.folders import local_folder
from tests.support.data_sets import Window as Written
from tests.support.data_sets import write_data_set


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data_set(
        tmp_path_factory.mktemp("data") / "set",
        [
            Written([1, 3], 0, ages=[4, 2], gaps=[1, 3], user="ann", start=2),
            Written([2], 1, user="bob"),
        ],
        [Written([1, 2, 3], 3, user="ann", seen=[1, 2], days=[10, 11, 12, 20])],
        num_items=2,
        max_length=3,
        vocabulary=["boots", "hat"],
    )


def view(path):
    folder = local_folder(str(path), MANIFEST)
    return folder, open_manifest(folder)


def test_windows_are_told_in_raw_terms(data):
    folder, manifest = view(data)
    first, second = read_windows(folder, manifest, "train", 9)
    assert first == Window(
        user=b"ann",
        start=2,
        inputs=(Event(17_000, 1, "boots", 4, 1), Event(17_001, 3, None, 2, 3)),
        target=Event(17_002, 0, None),
        num_seen=None,
    )
    assert (second.user, second.target) == (b"bob", Event(17_001, 1, "boots"))


def test_held_out_windows_say_how_much_was_seen(data):
    (window,) = read_windows(*view(data), "eval", 1)
    assert [event.day for event in window.inputs] == [10, 11, 12]
    assert window.target == Event(20, 3, None)
    assert window.num_seen == 2


@pytest.mark.parametrize(("count", "read"), [(0, 0), (1, 1), (2, 2), (5, 2)])
def test_no_more_windows_than_asked_for(data, count, read):
    assert len(read_windows(*view(data), "train", count)) == read


def test_first_split_with_windows_is_the_default(data):
    _, manifest = view(data)
    assert choose_split(manifest, None, data) == "train"
    assert choose_split(manifest, "eval", data) == "eval"
    with pytest.raises(
        UsageError, match=r"--split test has no windows in .*train, eval"
    ):
        choose_split(manifest, "test", data)


def damage(path, change):
    path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize(
    "change", [lambda b: b[:-1], lambda b: b"", lambda b: b + b"x"]
)
@pytest.mark.parametrize(
    "file",
    ["train/windows-00000-of-00002.tfrecord.gz", "transform_fn/assets/item_vocabulary"],
)
def test_damaged_file_is_named(data, tmp_path, file, change):
    copy = shutil.copytree(data, tmp_path / "copy")
    damage(copy / file, change)
    with pytest.raises(
        UserError, match=f"copy/{file} is damaged or of another data set"
    ):
        read_windows(*view(copy), "train", 3)


def test_missing_shard_is_named(data, tmp_path):
    copy = shutil.copytree(data, tmp_path / "copy")
    (copy / "eval" / "windows-00001-of-00002.tfrecord.gz").unlink()
    with pytest.raises(
        UserError, match=r"eval/windows-00001.* is missing, the manifest"
    ):
        view(copy)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "there is no data set at .*; make one with `python -m pipeline --input"),
        ({".partial/train/a": ""}, "the pipeline did not finish, or is at work"),
        ({"transform_fn/saved_model.pb": ""}, "the pipeline did not finish"),
        (
            {"config.json": "{}"},
            "is no data set but a run .* `python -m trainer inspect",
        ),
        (
            {"notes.txt": ""},
            r"is no data set: it holds 'notes.txt' and no manifest.json",
        ),
        ({MANIFEST: "{"}, "is not a Seamstress manifest"),
        ({MANIFEST: '{"contract_version": 1}'}, "has contract version 1, this program"),
        ({MANIFEST: '{"kind": "recommendations"}'}, "holds recommendations of"),
    ],
)
def test_what_is_no_data_set_is_one_sentence(tmp_path, files, sentence):
    for name, text in files.items():
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with pytest.raises(UserError, match=sentence) as caught:
        view(tmp_path / "data")
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "data").touch()
    with pytest.raises(UserError, match="data is a file; name a folder"):
        view(tmp_path / "data")


def test_edited_manifest_is_refused(data, tmp_path):
    copy = shutil.copytree(data, tmp_path / "copy")
    value = json.loads((copy / MANIFEST).read_text())
    value["num_items"] = 3
    (copy / MANIFEST).write_text(json.dumps(value))
    with pytest.raises(UserError, match="was changed after it was written"):
        view(copy)
