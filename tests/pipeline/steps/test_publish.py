"""A remote output that takes the place of another one, step by step."""

import contextlib
import itertools
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Written:
    """The manifest that a run has written, in short."""

    text: str = "new"

    def to_json(self):
        return self.text


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
    assert publish(Written(), *arguments) == Written()
    assert written(tmp_path) == COMPLETE
    # As of an engine that was told too late that it had succeeded.
    publish(Written(), *arguments)
    assert written(tmp_path) == COMPLETE


def test_what_a_late_attempt_still_writes_is_left_behind(tmp_path):
    arguments = staged(tmp_path)
    folder = arguments[0].removeprefix("disk://")
    fill(folder, "half", "train/b.0123456789ab.partial")
    publish(Written(), *arguments)
    assert written(tmp_path) == COMPLETE


class Storage:
    """Beam's file systems; something happens at one of the calls: it fails, or not."""

    def __init__(self, monkeypatch):
        self.calls = 0
        self.happens_at = 0
        self.happens = self.fail
        for name in ("exists", "delete", "copy", "match"):
            call = self._counted(getattr(FileSystems, name))
            monkeypatch.setattr(FileSystems, name, staticmethod(call))

    def fail(self):
        raise BeamIOError("the storage does not answer", {"a": "b"})

    def _counted(self, call):
        def wrapped(*args, **kwargs):
            self.calls += 1
            if self.calls == self.happens_at:
                self.happens()
            return call(*args, **kwargs)

        return wrapped


def test_a_storage_that_does_not_answer_is_one_sentence(tmp_path, monkeypatch):
    arguments = staged(tmp_path)
    Storage(monkeypatch).happens_at = 1
    with pytest.raises(UserError, match=r"cannot bring .*the storage does not answer"):
        publish(Written(), *arguments)


def test_a_step_that_is_tried_again_goes_on_wherever_it_failed(tmp_path, monkeypatch):
    storage = Storage(monkeypatch)
    for number in itertools.count(1):
        data = tmp_path / str(number)
        storage.happens_at = 0
        arguments = staged(data)
        storage.calls, storage.happens_at = 0, number
        with contextlib.suppress(UserError):
            publish(Written(), *arguments)
            break
        # A manifest stands beside its own files alone.
        shown = {
            name: mark
            for name, mark in written(data).items()
            if name != "mine" and not name.startswith(".")
        }
        assert MANIFEST not in shown or set(shown.values()) == {shown[MANIFEST]}
        publish(Written(), *arguments)
        assert written(data) == COMPLETE
    assert number > 8


def test_an_attempt_that_stalls_destroys_nothing_that_another_one_published(
    tmp_path, monkeypatch
):
    storage = Storage(monkeypatch)
    refused = 0
    for number in itertools.count(1):
        data = tmp_path / str(number)
        storage.happens_at = 0
        arguments = staged(data)
        overtaken = []

        def overtake(arguments=arguments, overtaken=overtaken):
            overtaken.append(publish(Written(), *arguments))

        storage.happens = overtake
        storage.calls, storage.happens_at = 0, number
        with contextlib.suppress(UserError):
            publish(Written(), *arguments)
        if not overtaken:
            break
        if Path(data, MANIFEST).exists():
            publish(Written(), *arguments)
            assert written(data) == COMPLETE
            continue
        # It had seen the old manifest before the other one replaced it.
        with pytest.raises(UserError, match="does not hold what this run wrote"):
            publish(Written(), *arguments)
        refused += 1
        assert written(data) == {k: v for k, v in COMPLETE.items() if k != MANIFEST}
    assert number > 8
    assert refused <= 1


def test_what_is_published_by_another_run_is_no_success(tmp_path):
    arguments = staged(tmp_path)
    publish(Written("new"), *arguments)
    with pytest.raises(UserError, match="does not hold what this run wrote"):
        publish(Written("another"), *arguments)
