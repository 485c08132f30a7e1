import logging
import tempfile
from pathlib import Path

import boto3
import pytest

from schemas.errors import UserError
from tests.support.buckets import BUCKET, files_in, put
from trainer.storage import mirrors
from trainer.storage.mirrors import mirrored, publish_if_possible
from trainer.storage.stand_ins import local, publish

OWNED = ("marker", "figures-*", "sub")


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_new_folder_grows_as_it_is_published(bucket):
    with mirrored(bucket, OWNED):
        folder = Path(local(bucket))
        (folder / "sub").mkdir()
        (folder / "sub" / "a").write_text("one")
        (folder / "sub" / "b.partial").write_text("half")
        assert files_in(bucket) == {}
        publish(f"{bucket}/sub")
        assert files_in(bucket) == {"sub/a": b"one"}
        (folder / "sub" / "a").write_text("two")
        (folder / "marker").touch()
    assert files_in(bucket) == {"sub/a": b"two", "marker": b""}


def test_what_is_there_is_replaced_and_others_stay(bucket):
    for name in ("marker", "figures-1", "figures-2", "sub/old", "sub/same", "mine/own"):
        put(f"{bucket}/{name}", name.encode())
    with mirrored(bucket, OWNED, wanted=lambda path: path == "marker"):
        folder = Path(local(bucket))
        # Others stand there, and are not copied.
        sizes = {
            str(path.relative_to(folder)): path.stat().st_size
            for path in folder.rglob("*")
            if path.is_file()
        }
        assert sizes == {
            "marker": 6,
            "figures-1": 0,
            "figures-2": 0,
            "sub/old": 0,
            "sub/same": 0,
        }
        (folder / "sub" / "old").unlink()
        (folder / "figures-1").write_text("new")
    assert files_in(bucket) == {
        "marker": b"marker",
        "figures-1": b"new",
        "figures-2": b"figures-2",
        "sub/same": b"sub/same",
        "mine/own": b"mine/own",
    }


def test_the_end_is_written_last_and_removed_first(gs_bucket, monkeypatch):
    put(f"{gs_bucket}/marker", b"old")
    put(f"{gs_bucket}/sub/a", b"old")
    order = []
    for name in ("upload", "delete"):
        step = getattr(mirrors, name)

        def noted(*arguments, step=step, name=name):
            order.append((name, list(arguments[-1])))
            step(*arguments)

        monkeypatch.setattr(mirrors, name, noted)
    with mirrored(gs_bucket, OWNED, last=("marker",)):
        folder = Path(local(gs_bucket))
        (folder / "marker").unlink()
        (folder / "sub" / "a").unlink()
        publish(gs_bucket)
        (folder / "marker").write_text("new")
        (folder / "sub" / "z").write_text("new")
    assert [step for step in order if step[1]] == [
        ("delete", ["marker"]),
        ("delete", ["sub/a"]),
        ("upload", ["sub/z"]),
        ("upload", ["marker"]),
    ]


def test_an_error_of_the_work_leaves_what_there_was(bucket, temporary):
    def work():
        with mirrored(bucket, OWNED):
            (Path(local(bucket)) / "marker").write_text("so far")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert files_in(bucket) == {"marker": b"so far"}
    assert not list(temporary.iterdir())


@pytest.mark.usefixtures("s3_bucket")
@pytest.mark.parametrize("error", [None, KeyboardInterrupt], ids=["done", "stopped"])
def test_what_cannot_be_published_is_kept_here(error, temporary, caplog):
    output, client = "s3://goes-away/run", boto3.client("s3")
    client.create_bucket(Bucket="goes-away")

    def work():
        with mirrored(output, OWNED):
            client.delete_bucket(Bucket="goes-away")
            (Path(local(output)) / "marker").write_text("hours of work")
            publish_if_possible(output)
            if error:
                raise error

    with (
        caplog.at_level(logging.WARNING, "trainer"),
        pytest.raises(error or UserError) as raised,
    ):
        work()
    sentence = (
        f"{output}/marker cannot be written: its bucket is not there; check the name."
    )
    assert f"{sentence} (the work goes on, and this is tried again)" in caplog.text
    (rescued,) = temporary.iterdir()
    end = f"{sentence} What was to be written is in {rescued}."
    assert end == (caplog.messages[-1] if error else str(raised.value))
    assert (rescued / "marker").read_text() == "hours of work"


def test_an_output_in_no_bucket_is_refused_at_once(bucket):
    output = bucket.replace(BUCKET, "no-such-bucket")
    with pytest.raises(UserError) as raised, mirrored(output, OWNED):
        pass
    name = output.rpartition("/")[0]
    assert str(raised.value) == (
        f"there is no bucket {name} for {output}; check its name, or make it first."
    )


def test_the_bucket_itself_can_be_a_folder(gs_bucket):
    url = gs_bucket.rpartition("/")[0]
    with mirrored(url, ("at-the-top",)):
        (Path(local(url)) / "at-the-top").write_text("here")
    assert files_in(url)["at-the-top"] == b"here"
