import pytest

from schemas.errors import UsageError
from trainer.__main__ import main
from trainer.storage.paths import bucket_of, check_path, is_remote, join, key_of


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (
            "hdfs://host/a",
            "--data hdfs://host/a is in no storage that the trainer knows",
        ),
        (
            "http://host/a",
            "give a local path, gs://BUCKET/FOLDER or s3://BUCKET/FOLDER",
        ),
        ("gs://", "--data gs:// names no bucket; write gs://BUCKET/FOLDER"),
        ("s3:///", "--data s3:/// names no bucket; write s3://BUCKET/FOLDER"),
        (
            "gs:/b/a",
            "--data gs:/b/a has one slash behind its scheme; write gs://BUCKET",
        ),
        ("gs://b//a", "--data gs://b//a has an empty part between two slashes; remove"),
    ],
)
def test_a_path_that_names_nothing(path, sentence):
    with pytest.raises(UsageError) as raised:
        check_path("data", path)
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    "path", ["data", "/data/a:b", "./gs", "C:data", "gs://b", "gs://b/", "s3://b/a/"]
)
def test_paths_that_may_be(path):
    check_path("data", path)


def test_parts_of_a_remote_path():
    assert (key_of("gs://b/a/c/"), bucket_of("gs://b/a/c/")) == ("b/a/c", "b")
    assert (key_of("s3://b"), bucket_of("s3://b")) == ("b", "b")
    assert is_remote("s3://b")
    assert not is_remote("s3")


def test_parts_are_joined_as_their_folder_is_written():
    assert join("gs://b/a/", "c", "d") == "gs://b/a/c/d"
    assert join("./a/", "c") == "a/c"


@pytest.mark.parametrize(
    "flags",
    [
        ["train", "--data=gs://", "--output=run"],
        ["train", "--data=data", "--output=gs://"],
        ["train", "--data=data", "--output=run", "--config=gs://"],
        ["tune", "--data=data", "--output=gs://"],
        ["tune", "--data=data", "--output=search", "--space=gs://"],
        ["compare", "--data=gs://", "--output=comparison"],
        ["compare", "--data=data", "--output=out", "--runs", "gs://"],
        ["compare", "--data=data", "--output=out", "--configs", "gs://"],
        ["evaluate", "--data=gs://", "--run=run"],
        ["evaluate", "--data=data", "--run=gs://"],
        ["evaluate", "--data=data", "--run=run", "--output=gs://"],
        ["predict", "--model=gs://", "--history=2016-04-20:1"],
        ["predict", "--model=model", "--input=gs://"],
        ["predict", "--model=model", "--history=2016-04-20:1", "--exclude=gs://"],
        ["predict", "--model=model", "--history=2016-04-20:1", "--only=gs://"],
        ["predict", "--model=model", "--examples=1", "--data=gs://"],
    ],
    ids=" ".join,
)
def test_every_flag_refuses_a_path_that_is_cut_short(
    flags, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert main(flags) == 2
    assert "gs:// names no bucket; write gs://BUCKET/FOLDER" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
