import os
from pathlib import Path

import pytest
from apache_beam.io.localfilesystem import LocalFileSystem

from pipeline.contents import TRANSFORM_TEMP
from pipeline.input.input_files import list_files
from pipeline.output import Output
from schemas.errors import UsageError, UserError
from schemas.layout import (
    ITEM_TABLE,
    MANIFEST,
    REJECTS,
    TRANSFORM_FN,
    rejects_name,
    shard_name,
)
from tests.support.disk_storage import DiskFileSystem  # noqa: F401


def fill(folder, mark, *names):
    """Writes what a run leaves behind; `names` are files under their folders."""
    for name in names:
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(mark)


def written(folder):
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in Path(folder).rglob("*")
        if path.is_file()
    }


def run(path, mark, *names, overwrite=False):
    """Does what a run that succeeds does."""
    output = Output(str(path), overwrite)
    output.prepare()
    fill(output.folder, mark, f"{TRANSFORM_TEMP}/scratch", MANIFEST, *names)
    output.complete()


def test_a_run_that_succeeds_leaves_its_files_and_nothing_else(tmp_path):
    path = tmp_path / "a" / "b"
    run(path, "new", "train/shard", f"{TRANSFORM_FN}/graph")
    assert written(path) == {
        MANIFEST: "new",
        "train/shard": "new",
        f"{TRANSFORM_FN}/graph": "new",
    }
    assert os.listdir(tmp_path / "a") == ["b"]
    assert sorted(os.listdir(path)) == [MANIFEST, "train", TRANSFORM_FN]


def test_nothing_of_a_run_is_in_place_before_it_is_complete(tmp_path):
    output = Output(str(tmp_path / "data"), overwrite=False)
    assert os.listdir(tmp_path) == []
    output.prepare()
    fill(output.folder, "new", MANIFEST, "train/shard")
    assert not (tmp_path / "data" / MANIFEST).exists()
    assert not (tmp_path / "data" / "train").exists()


def test_complete_data_set_is_refused_without_overwrite(tmp_path):
    run(tmp_path / "data", "old", "train/shard")
    with pytest.raises(
        UserError, match=r"data already holds a complete data set; give --overwrite"
    ):
        Output(str(tmp_path / "data"), overwrite=False)
    assert written(tmp_path / "data") == {MANIFEST: "old", "train/shard": "old"}


@pytest.mark.parametrize("ending", ["", "/", "//"])
def test_overwrite_replaces_all_of_it(tmp_path, ending):
    run(tmp_path / "data", "old", "train/a", "test/a", f"{REJECTS}/a", ITEM_TABLE)
    run(f"{tmp_path}/data{ending}", "new", "train/b", overwrite=True)
    assert written(tmp_path / "data") == {MANIFEST: "new", "train/b": "new"}
    assert os.listdir(tmp_path) == ["data"]


def test_a_run_that_fails_leaves_an_earlier_data_set_untouched(tmp_path):
    run(tmp_path / "data", "old", "train/a")
    output = Output(str(tmp_path / "data"), overwrite=True)
    output.prepare()
    fill(output.folder, "new", MANIFEST, "train/b")
    assert written(tmp_path / "data")["train/a"] == "old"
    output.abandon()
    assert written(tmp_path / "data") == {MANIFEST: "old", "train/a": "old"}


def test_a_run_that_fails_leaves_no_folder_that_it_made(tmp_path):
    output = Output(str(tmp_path / "data"), overwrite=False)
    output.prepare()
    fill(output.folder, "new", "train/b")
    output.abandon()
    assert os.listdir(tmp_path) == []


def test_a_run_that_fails_leaves_an_empty_folder_as_it_was(tmp_path):
    (tmp_path / "data").mkdir()
    output = Output(str(tmp_path / "data"), overwrite=False)
    output.prepare()
    output.abandon()
    assert os.listdir(tmp_path) == ["data"]
    assert os.listdir(tmp_path / "data") == []


def test_what_a_dead_run_left_is_replaced(tmp_path):
    partial = tmp_path / "data" / ".partial" / "dead"
    fill(partial, "dead", MANIFEST, "train/a", f"{TRANSFORM_TEMP}/a")
    # And one that died, without a manifest, while its files were put in their places.
    fill(tmp_path / "data", "dead", "train/a", "eval/a")
    run(tmp_path / "data", "new", "train/b")
    assert written(tmp_path / "data") == {MANIFEST: "new", "train/b": "new"}


def test_folder_of_something_else_is_refused(tmp_path):
    fill(tmp_path, "mine", "thesis.tex", "train/a")
    for overwrite in (False, True):
        with pytest.raises(
            UserError,
            match=r"holds 'thesis.tex', which no data set does; give --output",
        ):
            Output(str(tmp_path), overwrite)
    assert written(tmp_path) == {"thesis.tex": "mine", "train/a": "mine"}


MINE = ["train/cat.jpg", "test/dog.jpg", "rejects/mine.txt", ITEM_TABLE, "eval"]


@pytest.mark.parametrize("name", MINE)
@pytest.mark.parametrize("scheme", ["", "disk://"])
@pytest.mark.parametrize("overwrite", [False, True])
def test_files_of_the_users_under_names_of_a_data_set_are_not_removed(
    tmp_path, scheme, name, overwrite
):
    fill(tmp_path / "data", "mine", name)
    with pytest.raises(
        UserError, match=rf"holds '{name[:4]}.*, but no manifest\.json,"
    ):
        Output(f"{scheme}{tmp_path}/data", overwrite)
    assert written(tmp_path / "data") == {name: "mine"}


def test_a_file_of_the_users_among_those_of_a_dead_remote_run_is_not_removed(tmp_path):
    fill(tmp_path, "dead", f"train/{shard_name(0, 8)}", ITEM_TABLE)
    fill(tmp_path, "mine", "train/cat.jpg")
    with pytest.raises(
        UserError, match=r"holds 'train/cat\.jpg', but no manifest\.json"
    ):
        Output(f"disk://{tmp_path}", overwrite=False)


def test_remains_go_before_what_tells_that_they_are_some(tmp_path):
    fill(tmp_path / "data", "dead", ".whole/eval/a", f".whole/{MANIFEST}", "train/a")
    first = Output(str(tmp_path / "data"), overwrite=False)
    first.prepare()
    first.abandon()
    assert written(tmp_path / "data") == {}
    run(tmp_path / "data", "new", "train/b")
    assert written(tmp_path / "data") == {MANIFEST: "new", "train/b": "new"}


def test_file_is_refused(tmp_path):
    fill(tmp_path, "mine", "data")
    with pytest.raises(UserError, match=r"data is a file; name a folder with --output"):
        Output(str(tmp_path / "data"), overwrite=True)


@pytest.mark.parametrize("path", ["data[1]", "gs://bucket/what?", "a/*/b"])
def test_folder_that_would_be_a_pattern_is_refused(path):
    with pytest.raises(UsageError, match=r"--output .* stands for other characters"):
        Output(path, overwrite=False)


def test_nameless_folder_is_refused():
    with pytest.raises(UsageError, match="--output names no folder"):
        Output("", overwrite=False)


def test_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    fill(tmp_path, "mine", "file")
    output = Output(str(tmp_path / "file" / "data"), overwrite=False)
    with pytest.raises(UserError, match=r"cannot write to .*/file/data: .* another"):
        output.prepare()


def test_working_folder_may_be_the_output(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(".", "old", "train/a")
    run(".", "new", "train/b", overwrite=True)
    assert written(tmp_path) == {MANIFEST: "new", "train/b": "new"}
    assert os.getcwd() == str(tmp_path)


def test_link_to_a_folder_stays_one(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "data").symlink_to("disk")
    run(tmp_path / "data", "new", "train/a")
    assert (tmp_path / "data").is_symlink()
    assert written(tmp_path / "disk") == {MANIFEST: "new", "train/a": "new"}


def test_remote_data_set_is_written_in_its_place(tmp_path):
    path = f"disk://{tmp_path}/data"
    output = Output(f"{path}/", overwrite=False)
    assert output.folder == path
    output.prepare()
    fill(tmp_path / "data", "old", MANIFEST, "train/a")
    output.complete()
    assert written(tmp_path / "data") == {MANIFEST: "old", "train/a": "old"}
    with pytest.raises(UserError, match="already holds a complete data set"):
        Output(path, overwrite=False)


def test_remains_of_a_remote_run_that_died_are_removed(tmp_path):
    data = tmp_path / "data"
    fill(data, "dead", f"train/{shard_name(0, 8)}", f"{TRANSFORM_FN}/b/c", "mine")
    fill(data, "dead", f"{REJECTS}/{rejects_name(0)}", f"train/{shard_name(1, 8)}.x")
    fill(data, "dead", ITEM_TABLE, f"{MANIFEST}.0123456789ab.partial")
    fill(data, "dead", ".partial/x/train/a")
    output = Output(f"disk://{data}", overwrite=False)
    assert not output.is_published
    output.prepare()
    assert written(data) == {"mine": "dead"}
    output.abandon()
    assert written(data) == {"mine": "dead"}


def test_a_remote_data_set_stays_while_another_is_written(tmp_path):
    data = tmp_path / "data"
    fill(data, "old", MANIFEST, "train/a", "mine")
    before = written(data)
    fill(data, "dead", ".partial/x/train/a")
    output = Output(f"disk://{data}/", overwrite=True)
    assert output.is_published
    assert output.folder.startswith(f"disk://{data}/.partial/")
    output.prepare()
    assert written(data) == before
    output.complete()  # A step of the run has done it, or is to do it.
    assert written(data) == before


def test_storage_that_is_not_known_is_one_sentence():
    with pytest.raises(UserError, match="cannot look up --output nowhere://a/b: "):
        Output("nowhere://a/b", overwrite=False)


class LockedFileSystem(LocalFileSystem):
    """A storage that lets nobody in, with an error of its own kind."""

    @classmethod
    def scheme(cls):
        return "locked"

    def match(self, patterns, limits=None):
        raise RuntimeError("no credentials")

    def exists(self, path):
        raise RuntimeError("no credentials")


def test_storage_that_cannot_be_asked_is_one_sentence():
    with pytest.raises(UserError, match="--output locked://a: no credentials; check"):
        Output("locked://a", overwrite=False)
    with pytest.raises(UserError, match=r"input locked://a/b: .*; check the path"):
        list_files(["locked://a/b"])
