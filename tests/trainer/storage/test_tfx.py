"""`run_fn` of TFX on remote folders."""

from pathlib import Path

import pytest
import tensorflow as tf

from tests.support import buckets
from tests.support.training import CATEGORY, write_cyclic_data
from tests.trainer.tfx.test_module import CUSTOM_CONFIG, fn_args_of
from trainer.tfx.module import run_fn


@pytest.mark.slow
def test_remote_folders_give_the_run_of_local_ones(bucket, tmp_path):
    data = Path(write_cyclic_data(tmp_path / "data", attributes=CATEGORY))
    with_attributes = {**CUSTOM_CONFIG, "item_features": ["category"]}
    settings = {"custom_config": with_attributes}
    run_fn(fn_args_of(data, tmp_path / "model", **settings))
    buckets.copy_to(data, f"{bucket}/data")
    remote = fn_args_of(data, tmp_path / "model", **settings)
    for name, value in vars(remote).items():
        if isinstance(value, str):
            setattr(remote, name, value.replace(str(tmp_path), bucket))
    remote.train_files = [f"{bucket}/data/train/*"]
    remote.eval_files = [f"{bucket}/data/eval/*"]
    run_fn(remote)
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
