import os
import shutil
import tempfile
from pathlib import Path

import pytest
import tensorflow as tf
from apache_beam.io.filesystem import FileMetadata, MatchResult
from apache_beam.io.localfilesystem import LocalFileSystem

from pipeline.recommend.export_files import (
    load_export,
    local_export,
    read_description,
)
from schemas.errors import UserError
from schemas.exported_model import Description
from tests.support.digests import accept_export

PREFIX = "models://"


class ModelFileSystem(LocalFileSystem):
    """A storage whose paths begin with `models://`, and no folder of TensorFlow's."""

    @classmethod
    def scheme(cls):
        return "models"

    def match(self, patterns, limits=None):
        (pattern,) = patterns
        root = Path(pattern.removeprefix(PREFIX).removesuffix("/**"))
        found = [path for path in sorted(root.rglob("*")) if path.is_file()]
        entries = [FileMetadata(f"{PREFIX}{p}", p.stat().st_size) for p in found]
        return [MatchResult(pattern, entries)]

    def exists(self, path):
        return super().exists(path.removeprefix(PREFIX))

    def open(self, path, *arguments, **named):
        return super().open(path.removeprefix(PREFIX), *arguments, **named)


def answer(export):
    return export.signatures["serving_default"](
        item_id=tf.constant([["b", "d"]]),
        event_date=tf.constant([["2016-04-20", "2016-05-01"]]),
        as_of=tf.constant([""]),
        top_k=tf.constant(4),
    )["item_id"].numpy()


def test_remote_export_is_read_through_beam_and_leaves_nothing(
    tmp_path, model, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    remote = f"{PREFIX}{model}"
    assert read_description(remote) == read_description(model)
    with local_export(remote) as folder:
        assert sorted(os.listdir(folder)) == sorted(os.listdir(model))
    export = load_export(remote)
    # Loaded whole: vocabulary and weights need no file any more.
    assert os.listdir(tmp_path) == []
    assert answer(export).tolist() == answer(load_export(model)).tolist()


def test_local_export_is_not_copied(model):
    with local_export(model) as folder:
        assert folder == model
    assert read_description(model) == Description(3, 17167, 8, "age")


def test_remote_folder_that_holds_no_export(tmp_path):
    with pytest.raises(UserError, match="holds no exported model of Seamstress; name"):
        read_description(f"{PREFIX}{tmp_path}")


def test_storage_that_is_not_known():
    with pytest.raises(UserError, match="cannot look up --model nowhere://a: "):
        read_description("nowhere://a")
    with pytest.raises(UserError, match="cannot look up --model nowhere://a: "):
        load_export("nowhere://a")


def test_description_alone_is_no_export(tmp_path, model):
    shutil.copytree(f"{model}/assets.extra", tmp_path / "assets.extra")
    with pytest.raises(UserError, match="holds no exported model"):
        read_description(str(tmp_path))


def test_another_saved_model_is_no_export(tmp_path, model):
    other = tmp_path / "other"
    tf.saved_model.save(tf.Module(), str(other))
    with pytest.raises(UserError, match="holds no exported model of Seamstress; name"):
        load_export(str(other))
    shutil.copytree(f"{model}/assets.extra", other / "assets.extra")
    accept_export(other)
    with pytest.raises(UserError, match="has no signature 'adjusted'; export the"):
        load_export(str(other))
