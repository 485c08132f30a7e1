"""A training under TFX that is stopped, and how its run is told from others."""

import json
import shutil
from pathlib import Path

import pytest
import tensorflow as tf

from tests.support.records import read_manifest
from tests.support.training import sigterm_after_an_epoch, write_cyclic_data
from tests.trainer.tfx.test_module import fn_args_of
from trainer.__main__ import main
from trainer.learned_from import difference, digests_of
from trainer.run_files import HISTORY, METRICS
from trainer.tfx.data_set import open_tfx_data_set
from trainer.tfx.module import run_fn
from trainer.training.preemption import PreemptedError


@pytest.fixture
def data(tmp_path):
    return Path(write_cyclic_data(tmp_path / "data"))


def stop(fn_args, monkeypatch):
    """Runs until SIGTERM comes, at the end of the first epoch."""
    with monkeypatch.context() as patch:
        sigterm_after_an_epoch(patch)
        with pytest.raises(PreemptedError, match="run the same command again"):
            run_fn(fn_args)


@pytest.mark.slow
def test_by_steps_it_goes_on_to_the_same_end(data, tmp_path, monkeypatch, caplog):
    # 5 steps make an epoch: 3 epochs, and not the 2 of custom_config.
    fn_args = fn_args_of(data, tmp_path / "model", train_steps=12)
    stop(fn_args, monkeypatch)
    with caplog.at_level("INFO"):
        run_fn(fn_args)
    assert "going on after 1 epochs and 0 steps" in caplog.text
    run_fn(fn_args_of(data, tmp_path / "undisturbed", train_steps=12))
    histories = [
        (tmp_path / name / "run" / HISTORY).read_text()
        for name in ("model", "undisturbed")
    ]
    assert histories[0] == histories[1]


def test_other_steps_begin_anew(data, tmp_path, monkeypatch, caplog):
    stop(fn_args_of(data, tmp_path / "model", train_steps=7), monkeypatch)
    with caplog.at_level("INFO"):
        run_fn(fn_args_of(data, tmp_path / "model", train_steps=2))
    assert "going on" not in caplog.text


def rewritten(data, folder, left_out=0):
    """Writes the training examples as TFX's ImportExampleGen does: in one new file."""
    paths = sorted(map(str, (data / "train").iterdir()))
    records = list(tf.data.TFRecordDataset(paths, "GZIP").as_numpy_iterator())
    folder.mkdir()
    path = str(folder / "data_tfrecord-00000-of-00001.gz")
    with tf.io.TFRecordWriter(path, "GZIP") as writer:
        for record in records[left_out:]:
            writer.write(record)
    return [f"{folder}/*"], [f"{data}/eval/*"]


def test_a_manifest_says_which_data_set_it_is_while_the_counts_agree(data, tmp_path):
    written = read_manifest(data)
    for folder, left_out, differs in (("all", 0, None), ("fewer", 1, "files")):
        files = rewritten(data, tmp_path / folder, left_out)
        found = open_tfx_data_set(*files, str(data))
        assert difference(digests_of(found.manifest), written) == differs


def test_without_a_manifest_the_examples_say_it_wherever_they_are(data, tmp_path):
    graph, moved = tmp_path / "graph", tmp_path / "moved"
    shutil.copytree(data / "transform_fn", graph / "transform_fn")
    shutil.copytree(data, moved)
    digests = [
        digests_of(open_tfx_data_set(*files, str(graph)).manifest)
        for files in (
            ([f"{data}/train/*"], [f"{data}/eval/*"]),
            ([f"{moved}/train/*"], [f"{moved}/eval/*"]),
            rewritten(data, tmp_path / "other"),
        )
    ]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.slow
def test_a_run_is_evaluated_and_reported_on_its_data_set(data, tmp_path, capsys):
    train_files, eval_files = rewritten(data, tmp_path / "examples")
    fn_args = fn_args_of(
        data, tmp_path / "model", train_files=train_files, eval_files=eval_files
    )
    run_fn(fn_args)
    run = fn_args.model_run_dir
    metrics = json.loads(Path(run, METRICS).read_text())
    assert digests_of(read_manifest(data)).items() <= metrics.items()
    assert main(["evaluate", "--run", run, "--data", str(data)]) == 0
    assert "report was not written" not in capsys.readouterr().err
    assert Path(run, "report.html").exists()
