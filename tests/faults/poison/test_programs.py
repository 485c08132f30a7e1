"""The programs end at the door, in one sentence, where what they read is poisoned."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.digests import accept_files, edit_manifest
from tests.support.programs import run_module

pytestmark = pytest.mark.slow


@pytest.fixture
def data(tmp_path, sample_data_set) -> Path:
    return Path(shutil.copytree(sample_data_set, tmp_path / "data"))


def refused(*arguments: str, module: str = "trainer") -> str:
    """Runs a program that is to refuse; returns its sentence."""
    done = run_module(module, *arguments)
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    # Before it may stand on what device it trains, and no more.
    *before, line = done.stderr.splitlines()
    assert [said for said in before if not said.startswith("training on ")] == []
    assert line.startswith(f"python -m {module}: ")
    return line


def flip(path: Path, place: int = -20) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def first_shard(data: Path, split: str) -> Path:
    return data / split / "windows-00000-of-00008.tfrecord.gz"


def days_of_nan(data: Path) -> None:
    """Puts floats that are no numbers where days belong, and makes digests fit."""
    import gzip

    import tensorflow as tf

    shard = first_shard(data, "train")
    plain = shard.with_suffix("")
    with tf.io.TFRecordWriter(str(plain)) as writer:
        for record in tf.data.TFRecordDataset(str(shard), "GZIP"):
            example = tf.train.Example.FromString(record.numpy())
            for name in ("day", "nb_days", "gap_days"):
                feature = example.features.feature[name]
                count = len(feature.int64_list.value)
                feature.Clear()
                feature.float_list.value[:] = [float("nan")] * count
            writer.write(example.SerializeToString())
    shard.write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    accept_files(data)


def other_version(data: Path) -> None:
    path = data / "manifest.json"
    value = json.loads(path.read_text())
    path.write_text(json.dumps({**value, "contract_version": 1}))


def edited_count(data: Path) -> None:
    edit_manifest(
        data,
        lambda value: value["records"]["train"].update(
            {first_shard(data, "train").name: 1}
        ),
    )


def reordered_vocabulary(data: Path) -> None:
    path = data / "transform_fn" / "assets" / "item_vocabulary"
    items = path.read_bytes().split(b"\n")[:-1]
    path.write_bytes(b"\n".join([*reversed(items), b""]))


POISONS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a flipped byte": (
        lambda data: flip(first_shard(data, "train")),
        "train/windows-00000-of-00008.tfrecord.gz is damaged or of another data set",
    ),
    "a missing shard": (
        lambda data: first_shard(data, "train").unlink(),
        "train/windows-00000-of-00008.tfrecord.gz is missing",
    ),
    "another version": (other_version, "manifest.json has contract version 1"),
    "an edited count": (edited_count, "the manifest says 1)"),
    "a vocabulary in another order": (
        reordered_vocabulary,
        "item_vocabulary is damaged",
    ),
    "days that are NaN": (days_of_nan, "windows-00000-of-00008.tfrecord.gz is damaged"),
}


@pytest.mark.parametrize(("poison", "sentence"), POISONS.values(), ids=POISONS)
def test_train_refuses_before_it_makes_anything(data, tmp_path, poison, sentence):
    poison(data)
    run = tmp_path / "run"
    # Of `age`, a model that reads days.
    flags = ("--config", "quick", "--day_feature", "age")
    line = refused("train", f"--data={data}", f"--output={run}", *flags)
    assert sentence in line
    assert str(data) in line
    assert not run.exists()


@pytest.mark.parametrize("name", ["a flipped byte", "days that are NaN"])
def test_compare_refuses_at_its_door(data, tmp_path, name):
    poison, sentence = POISONS[name]
    poison(data)
    output = tmp_path / "compared"
    line = refused(
        "compare", f"--data={data}", f"--output={output}", "--configs", "quick"
    )
    assert sentence in line
    assert not list(output.rglob("*")) if output.exists() else True


@pytest.mark.parametrize("split", ["train", "test"])
def test_evaluate_refuses_before_it_ranks_anything(data, sample_run, tmp_path, split):
    flip(first_shard(data, split))
    figures = tmp_path / "figures.json"
    line = refused(
        "evaluate", f"--run={sample_run}", f"--data={data}", f"--output={figures}"
    )
    assert f"{split}/windows-00000-of-00008.tfrecord.gz is damaged" in line
    assert not figures.exists()


def test_evaluate_refuses_a_vocabulary_in_another_order(data, sample_run, tmp_path):
    reordered_vocabulary(data)
    figures = tmp_path / "figures.json"
    line = refused(
        "evaluate", f"--run={sample_run}", f"--data={data}", f"--output={figures}"
    )
    assert "item_vocabulary is damaged or of another data set" in line


@pytest.mark.parametrize(
    "name", ["saved_model.pb", "variables/variables.data-00000-of-00001"]
)
def test_predict_and_recommend_refuse_a_poisoned_model(
    sample_run, sample_reviews, tmp_path, name
):
    model = Path(shutil.copytree(sample_run / "model", tmp_path / "model"))
    flip(model / name)
    line = refused("predict", f"--model={model}", "--history=2016-04-20:1")
    assert f"{model} cannot be loaded ({name} is damaged: " in line
    output = tmp_path / "recs"
    line = refused(
        f"--input={sample_reviews}",
        "--schema=rent_the_runway",
        f"--model={model}",
        f"--output={output}",
        "--quiet",
        module="pipeline.recommend",
    )
    assert f"{model} cannot be loaded ({name} is damaged: " in line
    assert not output.exists()
