"""`run_fn` of TFX on remote folders."""

from pathlib import Path

import pytest
import tensorflow as tf

from tests.support import buckets
from tests.support.training import (
    CATEGORY,
    sigterm_after_an_epoch,
    write_cyclic_data,
)
from tests.trainer.tfx.test_module import CUSTOM_CONFIG, fn_args_of
from trainer.tfx.module import run_fn
from trainer.training.preemption import PreemptedError


@pytest.mark.slow
def test_remote_folders_give_the_run_of_local_ones(bucket, tmp_path):
    data = Path(write_cyclic_data(tmp_path / "data", attributes=CATEGORY))
    with_attributes = {**CUSTOM_CONFIG, "item_features": ["category"]}
    settings = {"custom_config": with_attributes}
    run_fn(fn_args_of(data, tmp_path / "model", **settings))
    run_fn(remote_fn_args(bucket, tmp_path, **settings))
    files = buckets.files_in(f"{bucket}/model")
    local = {
        path.relative_to(tmp_path / "model").as_posix(): path
        for path in (tmp_path / "model").rglob("*")
        if path.is_file() and "events.out" not in path.name
    }
    assert {name for name in files if "events.out" not in name} == set(local)
    history = "run/history.csv"
    assert files[history] == local[history].read_bytes()
    served = tmp_path / "served"
    for name, content in files.items():
        if name.startswith("Format-Serving/"):
            path = served / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    expected = answer(tmp_path / "model" / "Format-Serving", data)
    assert answer(served / "Format-Serving", data) == expected


@pytest.mark.slow
def test_a_training_that_was_stopped_goes_on_in_other_local_folders(
    bucket, tmp_path, monkeypatch, caplog
):
    data = Path(write_cyclic_data(tmp_path / "data"))
    # 5 steps make an epoch.
    fn_args = remote_fn_args(bucket, tmp_path, train_steps=12)
    with monkeypatch.context() as patch:
        sigterm_after_an_epoch(patch)
        with pytest.raises(PreemptedError):
            run_fn(fn_args)
    with caplog.at_level("INFO"):
        run_fn(fn_args)
    assert "going on after 1 epochs and 0 steps" in caplog.text
    run_fn(fn_args_of(data, tmp_path / "model", train_steps=12))
    history = tmp_path / "model" / "run" / "history.csv"
    assert buckets.files_in(f"{bucket}/model")["run/history.csv"] == (
        history.read_bytes()
    )


def remote_fn_args(bucket, folder, **settings):
    """What TFX would hand over for the data set in a folder, copied to the bucket."""
    buckets.copy_to(folder / "data", f"{bucket}/data")
    remote = fn_args_of(folder / "data", folder / "model", **settings)
    for name, value in vars(remote).items():
        if isinstance(value, str):
            setattr(remote, name, value.replace(str(folder), bucket))
    remote.train_files = [f"{bucket}/data/train/*"]
    remote.eval_files = [f"{bucket}/data/eval/*"]
    return remote


def answer(export, data):
    """What an export recommends after two items, and the scores."""
    items = (data / "transform_fn/assets/item_vocabulary").read_text().split()
    given = tf.saved_model.load(str(export)).signatures["serving_default"](
        item_id=tf.constant([items[3:5]]),
        event_date=tf.constant([["2018-01-01", "2018-01-02"]]),
        as_of=tf.constant([""]),
        top_k=tf.constant(5),
    )
    return given["item_id"].numpy().tolist(), given["score"].numpy().tolist()
