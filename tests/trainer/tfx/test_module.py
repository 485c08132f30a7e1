"""`run_fn` on a plain object with the attributes of TFX's FnArgs."""

import importlib
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from schemas.errors import UserError
from schemas.manifest import Manifest
from tests.support.training import SMALL, write_cyclic_data
from trainer.data.data_set import open_data_set
from trainer.runs import load_run
from trainer.tfx.data_set import open_tfx_data_set
from trainer.tfx.module import run_fn

# Of SMALL, what custom_config takes: everything, as JSON has it.
CUSTOM_CONFIG = {**SMALL, "units": list(SMALL["units"]), "epochs": 2}


def fn_args_of(data: Path, model: Path, **changes):
    """What TFX's Trainer would hand over for a data set, all attributes of FnArgs."""
    return SimpleNamespace(
        **{
            "working_dir": None,
            "train_files": [f"{data}/train/*"],
            "eval_files": [f"{data}/eval/*"],
            "train_steps": None,
            "eval_steps": None,
            "schema_path": None,
            "schema_file": None,
            "transform_graph_path": str(data),
            "transform_output": None,
            "data_accessor": None,
            "serving_model_dir": str(model / "Format-Serving"),
            "eval_model_dir": str(model / "Format-TFMA"),
            "model_run_dir": str(model / "run"),
            "base_model": None,
            "hyperparameters": None,
            "custom_config": CUSTOM_CONFIG,
            **changes,
        }
    )


@pytest.fixture
def cyclic_data(tmp_path):
    return Path(write_cyclic_data(tmp_path / "data"))


def read_json(path: Path):
    return json.loads(path.read_text())


def test_run_fn_is_where_tfx_looks_for_it(cyclic_data, tmp_path):
    # TFX imports the module of a dotted `run_fn`, and takes the attribute.
    module, _, name = "trainer.run_fn".rpartition(".")
    model = tmp_path / "model"
    getattr(importlib.import_module(module), name)(fn_args_of(cyclic_data, model))
    assert (model / "Format-Serving" / "saved_model.pb").exists()
    metrics = read_json(model / "run" / "metrics.json")
    assert metrics["epochs"] == 2
    assert metrics["val_ndcg@10"] > 0.0
    assert read_json(model / "run" / "config.json")["units"] == [16]


@pytest.mark.slow
def test_model_run_holds_a_whole_run_and_replaces_what_was_there(cyclic_data, tmp_path):
    fn_args = fn_args_of(cyclic_data, tmp_path / "model")
    for _ in range(2):
        run_fn(fn_args)
    model, options = load_run(fn_args.model_run_dir)
    assert model.config.num_items == 20
    assert options.data == str(cyclic_data)
    logs = tmp_path / "model" / "run" / "logs"
    assert any(logs.rglob("events.out.tfevents.*"))


@pytest.mark.slow
def test_model_answers_raw_histories(cyclic_data, tmp_path):
    fn_args = fn_args_of(
        cyclic_data,
        tmp_path / "model",
        custom_config={**CUSTOM_CONFIG, "epochs": 8},
    )
    run_fn(fn_args)
    vocabulary = cyclic_data / "transform_fn" / "assets" / "item_vocabulary"
    items = vocabulary.read_text().split()
    ask = tf.saved_model.load(fn_args.serving_model_dir).signatures["serving_default"]
    answer = ask(
        item_id=tf.constant([[items[3], items[4]], [items[18], items[19]]]),
        event_date=tf.constant([["2018-01-01", "2018-01-02"]] * 2),
        as_of=tf.constant(["", ""]),
        top_k=tf.constant(1),
    )
    # Each item is followed by the next.
    assert answer["item_id"].numpy()[:, 0].tolist() == [
        items[5].encode(),
        items[0].encode(),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("train_steps", "epochs"), [(3, 1), (7, 2), (0, 2)])
def test_train_steps_are_the_most_steps(train_steps, epochs, cyclic_data, tmp_path):
    # 150 windows in batches of 32: 5 steps make an epoch.
    fn_args = fn_args_of(cyclic_data, tmp_path / "model", train_steps=train_steps)
    run_fn(fn_args)
    metrics = read_json(tmp_path / "model" / "run" / "metrics.json")
    assert metrics["epochs"] == epochs
    windows = 150 * (train_steps or 10) / 5
    counted = metrics["windows_per_second"] * metrics["seconds"]
    assert counted == pytest.approx(windows, rel=0.05)


def test_hyperparameters_of_the_tuner_come_first(cyclic_data, tmp_path):
    fn_args = fn_args_of(
        cyclic_data,
        tmp_path / "model",
        hyperparameters={"space": [], "values": {"units": [8], "epochs": 1}},
        transform_graph_path=None,
        transform_output=str(cyclic_data),
    )
    run_fn(fn_args)
    config = read_json(tmp_path / "model" / "run" / "config.json")
    assert (config["units"], config["epochs"]) == ([8], 1)


def test_without_eval_files_the_loss_decides(cyclic_data, tmp_path):
    run_fn(fn_args_of(cyclic_data, tmp_path / "model", eval_files=[]))
    metrics = read_json(tmp_path / "model" / "run" / "metrics.json")
    assert "val_ndcg@10" not in metrics
    assert (tmp_path / "model" / "Format-Serving" / "saved_model.pb").exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"custom_config": {"unit": 3}},
            "custom_config has an unknown key 'unit'; did you mean 'units'?",
        ),
        ({"custom_config": {"epochs": 0}}, "`epochs` must be at least 1, got 0."),
        ({"custom_config": {"split": "tim"}}, "`split` must be one of"),
        ({"custom_config": {"stride": 0}}, "`stride` must be a whole number from 1"),
        ({"transform_graph_path": None}, "Trainer was given no transform_graph"),
        ({"base_model": "old"}, "base_model is not supported"),
        ({"train_files": ["nowhere/*"]}, "there is no file nowhere/*."),
        ({"train_files": []}, "train_files hold no example: none is named."),
    ],
)
def test_wrong_arguments_are_one_sentence(changes, sentence, cyclic_data, tmp_path):
    with pytest.raises(UserError) as caught:
        run_fn(fn_args_of(cyclic_data, tmp_path / "model", **changes))
    assert str(caught.value).startswith(sentence)
    assert not (tmp_path / "model").exists()


def test_folder_without_a_graph_is_one_sentence(cyclic_data, tmp_path):
    fn_args = fn_args_of(
        cyclic_data, tmp_path / "model", transform_graph_path=str(tmp_path)
    )
    with pytest.raises(UserError, match="is no transform graph"):
        run_fn(fn_args)


def test_file_of_something_else_is_one_sentence(cyclic_data, tmp_path):
    other = tmp_path / "other.gz"
    other.write_text("no records")
    with pytest.raises(UserError, match=r"other\.gz holds no transformed examples"):
        open_tfx_data_set([str(other)], [], str(cyclic_data))


def test_what_only_the_export_reads_is_looked_at_first(cyclic_data, tmp_path):
    vocabulary = cyclic_data / "transform_fn" / "assets" / "item_vocabulary"
    first, *others = vocabulary.read_text().splitlines()
    vocabulary.write_text("\n".join([f"another {first}", *others]) + "\n")
    with pytest.raises(UserError, match="item_vocabulary is damaged or of another"):
        run_fn(fn_args_of(cyclic_data, tmp_path / "model"))
    assert not (tmp_path / "model").exists()


def test_without_the_backend_of_the_export_nothing_is_trained(
    cyclic_data, tmp_path, monkeypatch
):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(UserError, match="'jax'; set KERAS_BACKEND=tensorflow"):
        run_fn(fn_args_of(cyclic_data, tmp_path / "model"))
    assert not (tmp_path / "model").exists()


def as_tfx_lays_it_out(data: Path, folder: Path) -> tuple[Path, Path]:
    """Copies a data set as Transform would leave it: examples, and the graph alone."""
    for split in ("train", "eval"):
        shutil.copytree(data / split, folder / "examples" / f"Split-{split}")
    for name in ("transform_fn", "transformed_metadata"):
        shutil.copytree(data / name, folder / "graph" / name)
    return folder / "examples", folder / "graph"


def test_without_a_manifest_the_graph_and_the_records_say_it(sample_data_set, tmp_path):
    examples, graph = as_tfx_lays_it_out(sample_data_set, tmp_path)
    found = open_tfx_data_set(
        [f"{examples}/Split-train/*"], [f"{examples}/Split-eval/*"], str(graph)
    )
    text = (sample_data_set / "manifest.json").read_text()
    written = Manifest.from_json(text, "manifest.json")
    for name in (
        "max_length",
        "num_items",
        "vocabulary",
    ):
        expected = getattr(open_data_set(str(sample_data_set)), name)
        assert getattr(found, name) == expected
    for name in ("nb_days_buckets", "gap_days_buckets", "reference_day", "features"):
        assert getattr(found.manifest, name) == getattr(written, name)
    assert found.manifest.window == written.window
    assert found.manifest.split == written.split
    for split in ("train", "eval"):
        assert found.num_records(split) == written.num_records(split)
        assert len(found.files(split)) == len(written.records[split])


@pytest.mark.slow
def test_run_fn_learns_what_the_command_line_learns(
    sample_data_set, sample_run, tmp_path
):
    examples, graph = as_tfx_lays_it_out(sample_data_set, tmp_path)
    fn_args = fn_args_of(
        sample_data_set,
        tmp_path / "model",
        train_files=[f"{examples}/Split-train/*"],
        eval_files=[f"{examples}/Split-eval/*"],
        transform_graph_path=str(graph),
        custom_config={"config": "quick"},
    )
    run_fn(fn_args)
    found = read_json(tmp_path / "model" / "run" / "metrics.json")
    expected = read_json(sample_run / "metrics.json")
    for name in ("best_epoch", "epochs", "model", "parameters"):
        assert found[name] == expected[name]
    for name in ("loss", "val_loss", "val_ndcg@10"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-3)
    items = open_data_set(str(sample_data_set)).vocabulary[:2]
    scores = []
    for path in (fn_args.serving_model_dir, sample_run / "model"):
        model = tf.saved_model.load(str(path))
        dates = tf.constant([["2017-01-01", "2017-02-01"]])
        scores.append(model.recommend(tf.constant([items]), dates, top_k=3)["score"])
    np.testing.assert_allclose(scores[0], scores[1], rtol=1e-2)
