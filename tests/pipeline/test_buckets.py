"""The pipeline on one machine, with its input and output in buckets."""

import contextlib
import json

import pytest

from tests.support import buckets
from tests.support.buckets import gs_bucket, gs_server, s3_bucket, s3_server  # noqa: F401
from tests.support.google_cloud.credentials import Credentials
from tests.support.programs import LATEST_DATE, run_module
from tests.support.small_reviews import HEADER, entries, rows

pytestmark = pytest.mark.slow


@pytest.fixture(params=["gs", "s3"])
def bucket(request, tmp_path, monkeypatch):
    """A folder in a bucket, for a process that has keys to it."""
    folder = request.getfixturevalue(f"{request.param}_bucket")
    with contextlib.closing(Credentials(tmp_path)) as credentials:
        for name, value in credentials.environment.items():
            monkeypatch.setenv(name, value)
        yield folder


def test_a_data_set_equals_that_of_local_files(bucket, sample_reviews, sample_data_set):
    buckets.put(f"{bucket}/in/sample.jsonl", sample_reviews.read_bytes())
    flags = [
        f"--input={bucket}/in/*.jsonl",
        f"--output={bucket}/data",
        "--schema=rent_the_runway",
        LATEST_DATE,
    ]
    done = run_module("pipeline", *flags)
    assert done.returncode == 0, done.stderr
    assert f"{bucket}/data is complete" in done.stderr
    remote, local = buckets.files_in(f"{bucket}/data"), entries(sample_data_set)
    assert set(remote) == set(local)
    for name, content in local.items():
        # A SavedModel's bytes are others each time it is written.
        if not name.endswith(("fingerprint.pb", "saved_model.pb")):
            assert remote[name] == content
    assert "transform_fn/saved_model.pb" in remote

    looked = run_module("pipeline", "inspect", f"{bucket}/data", "--windows=1")
    assert (looked.returncode, looked.stderr) == (0, "")
    assert f"{bucket}/data, complete" in looked.stdout
    assert "written " in looked.stdout
    assert "train window 1: " in looked.stdout

    again = run_module("pipeline", *flags)
    assert again.returncode == 1
    assert f"{bucket}/data already holds a complete data set" in again.stderr


def test_rejects_lie_beside_the_data_set_and_another_replaces_it_whole(bucket):
    lines = rows(40)
    buckets.put(
        f"{bucket}/a.csv", (HEADER + "".join([*lines, "u1,i1,never,1\n"])).encode()
    )
    buckets.put(f"{bucket}/b.csv", (HEADER + "".join(lines)).encode())
    flags = [f"--output={bucket}/data", "--split=none", "--quiet", "--overwrite"]
    attributes = "--item_fields=rating"
    done = run_module("pipeline", f"--input={bucket}/a.csv", attributes, *flags)
    assert done.returncode == 0, done.stderr
    files = buckets.files_in(f"{bucket}/data")
    assert "items.parquet" in files
    (reject,) = (files[name] for name in files if name.startswith("rejects/"))
    assert json.loads(reject)["file"] == f"{bucket}/a.csv"

    done = run_module("pipeline", f"--input={bucket}/b.csv", *flags)
    assert done.returncode == 0, done.stderr
    files = buckets.files_in(f"{bucket}/data")
    assert not [name for name in files if name.startswith("rejects/")]
    assert not [name for name in files if "item" in name and "item_vocab" not in name]
    assert json.loads(files["manifest.json"])["rows"]["read"] == len(lines)


def test_a_bucket_that_does_not_exist_is_one_sentence(bucket):
    missing = f"{bucket.partition('://')[0]}://no-such-bucket-here"
    done = run_module("pipeline", f"--input={missing}/a.csv", f"--output={bucket}/data")
    assert done.returncode == 1
    assert f"the input {missing}/a.csv" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_recommendations_equal_those_of_local_files(
    bucket, sample_reviews, sample_run, tmp_path
):
    buckets.put(f"{bucket}/sample.jsonl", sample_reviews.read_bytes())
    buckets.copy_to(sample_run / "model", f"{bucket}/model")
    buckets.put(f"{bucket}/users.txt", b"u1\nu2\nnobody\n")
    (tmp_path / "users.txt").write_text("u1\nu2\nnobody\n")
    for folder, reviews, model in (
        (bucket, f"{bucket}/sample.jsonl", f"{bucket}/model"),
        (tmp_path, sample_reviews, sample_run / "model"),
    ):
        done = run_module(
            "pipeline.recommend",
            f"--input={reviews}",
            f"--model={model}",
            f"--output={folder}/recs",
            f"--users={folder}/users.txt",
            "--popular",
            "--schema=rent_the_runway",
        )
        assert done.returncode == 0, done.stderr
    remote, local = buckets.files_in(f"{bucket}/recs"), entries(tmp_path / "recs")
    assert set(remote) == set(local)
    for name in remote:
        if name != "manifest.json":  # It names the paths.
            assert remote[name] == local[name]
