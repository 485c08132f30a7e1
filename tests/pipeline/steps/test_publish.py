"""A remote output that takes the place of another one, step by step."""

import contextlib
import itertools
from pathlib import Path

import pytest
from apache_beam.io.filesystem import BeamIOError
from apache_beam.io.filesystems import FileSystems

from pipeline.output import Output
from pipeline.steps.publish import publish
from schemas.errors import UserError
from schemas.layout import ITEM_TABLE, MANIFEST, TRANSFORM_FN
from tests.support.disk_storage import DiskFileSystem  # noqa: F401

NEW = {MANIFEST, "train/b", f"{TRANSFORM_FN}/assets/words"}
COMPLETE = {"mine": "old", **dict.fromkeys(NEW, "new")}


def fill(folder, mark, *names):
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


def staged(data):
    """Makes a data set, and another one that is written beside it."""
    fill(data, "old", MANIFEST, "train/a", "test/a", ITEM_TABLE, "mine")
    output = Output(f"disk://{data}", overwrite=True)
    output.prepare()
    fill(output.folder.removeprefix("disk://"), "new", *NEW)
    return output.folder, f"disk://{data}", output.contents.own_entries


def test_the_new_one_replaces_all_of_the_old_one(tmp_path):
    arguments = staged(tmp_path)
    assert publish("manifest", *arguments) == "manifest"
    assert written(tmp_path) == COMPLETE
    # As of an engine that was told too late that it had succeeded.
    publish("manifest", *arguments)
    assert written(tmp_path) == COMPLETE


def test_what_a_late_attempt_still_writes_is_left_behind(tmp_path):
    arguments = staged(tmp_path)
    folder = arguments[0].removeprefix("disk://")
    fill(folder, "half", "train/b.0123456789ab.partial")
    publish("manifest", *arguments)
    assert written(tmp_path) == COMPLETE


class Storage:
    """Beam's file systems, of whose calls one fails."""

    def __init__(self, monkeypatch):
        self.calls = 0
        self.fails_at = 0
        for name in ("exists", "delete", "copy", "match"):
            call = self._failing(getattr(FileSystems, name))
            monkeypatch.setattr(FileSystems, name, staticmethod(call))

    def _failing(self, call):
        def wrapped(*args, **kwargs):
            self.calls += 1
            if self.calls == self.fails_at:
                raise BeamIOError("the storage does not answer", {"a": "b"})
            return call(*args, **kwargs)

        return wrapped


def test_a_storage_that_does_not_answer_is_one_sentence(tmp_path, monkeypatch):
    arguments = staged(tmp_path)
    Storage(monkeypatch).fails_at = 1
    with pytest.raises(UserError, match=r"cannot bring .*the storage does not answer"):
        publish("manifest", *arguments)


def test_a_step_that_is_tried_again_goes_on_wherever_it_failed(tmp_path, monkeypatch):
    storage = Storage(monkeypatch)
    for number in itertools.count(1):
        data = tmp_path / str(number)
        storage.fails_at = 0
        arguments = staged(data)
        storage.calls, storage.fails_at = 0, number
        with contextlib.suppress(UserError):
            publish("manifest", *arguments)
            break
        # A manifest stands beside its own files alone.
        shown = {
            name: mark
            for name, mark in written(data).items()
            if name != "mine" and not name.startswith(".")
        }
        assert MANIFEST not in shown or set(shown.values()) == {shown[MANIFEST]}
        publish("manifest", *arguments)
        assert written(data) == COMPLETE
    assert number > 8
