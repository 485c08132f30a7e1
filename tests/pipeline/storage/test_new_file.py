"""A file that has its name when it is whole, whoever else writes it."""

import contextlib

import pytest
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions

from pipeline.storage.files import delete_entries, new_file
from schemas.errors import UserError
from tests.support.buckets import (  # noqa: F401
    files_in,
    gs_bucket,
    gs_server,
    s3_bucket,
    s3_server,
)
from tests.support.google_cloud.credentials import Credentials


@pytest.fixture(params=["gs", "s3"])
def storage(request, tmp_path, monkeypatch):
    """A folder in a bucket, for which this process has keys."""
    folder = request.getfixturevalue(f"{request.param}_bucket")
    with contextlib.closing(Credentials(tmp_path)) as credentials:
        for name, value in credentials.environment.items():
            monkeypatch.setenv(name, value)
        # As a run of a pipeline sets it; Beam's S3 client wants some.
        monkeypatch.setattr(FileSystems, "_pipeline_options", PipelineOptions([]))
        yield folder


def test_file_has_its_name_when_it_is_whole(tmp_path):
    path = tmp_path / "a" / "b"
    for text in (b"old", b"new"):
        with new_file(str(path)) as stream:
            stream.write(text)
            assert not path.exists() or path.read_bytes() == b"old"
        assert path.read_bytes() == text
    assert [entry.name for entry in path.parent.iterdir()] == ["b"]


def test_file_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "a").write_text("in the way")
    with (
        pytest.raises(UserError, match=r"cannot write .*/a/b: .*; make room there"),
        new_file(f"{tmp_path}/a/b") as stream,
    ):
        stream.write(b"text")


def test_a_late_attempt_does_not_take_the_file_away(tmp_path):
    path = tmp_path / "a"
    with new_file(str(path)) as late:
        late.write(b"text")
        with new_file(str(path)) as first:
            first.write(b"text")
        assert path.read_bytes() == b"text"
    assert path.read_bytes() == b"text"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def fail(path):
    with new_file(path) as stream:
        stream.write(b"half")
        raise ValueError("a fault of the writer")


def test_an_attempt_that_fails_leaves_the_whole_file_alone(tmp_path):
    path = tmp_path / "a"
    with pytest.raises(ValueError, match="a fault of the writer"):
        fail(str(path))
    assert not list(tmp_path.iterdir())
    with new_file(str(path)) as stream:
        stream.write(b"whole")
    with pytest.raises(ValueError, match="a fault of the writer"):
        fail(str(path))
    assert path.read_bytes() == b"whole"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


@pytest.mark.slow
def test_attempts_in_a_bucket(storage):
    path = f"{storage}/train/a"
    with pytest.raises(ValueError, match="a fault of the writer"):
        fail(path)
    assert files_in(storage) == {}
    with new_file(path) as late:
        late.write(b"late")
        with new_file(path) as first:
            first.write(b"first")
        assert files_in(storage)["train/a"] == b"first"
    assert files_in(storage) == {"train/a": b"late"}
    with pytest.raises(ValueError, match="a fault of the writer"):
        fail(path)
    assert files_in(storage) == {"train/a": b"late"}


def test_what_a_stopped_writer_left_goes_with_the_file(tmp_path):
    for name in ("a", "a.0123456789ab.partial", "a.b", "a.partial", "c/a"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    delete_entries(str(tmp_path), {"a"})
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [
        "a.b",
        "a.partial",
        "c",
    ]
