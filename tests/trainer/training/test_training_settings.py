"""Training under other settings than the small ones: models, days, rates, XLA."""

import dataclasses
from pathlib import Path

import keras
import numpy as np
import pytest

from schemas.errors import UsageError
from tests.support.data_sets import Window, cyclic_windows, write_data_set
from tests.support.training import small_options
from trainer.data.data_set import open_data_set
from trainer.data.records import load_split
from trainer.devices import on_cpu, set_up_devices
from trainer.metrics import hit_rate
from trainer.models import build_model
from trainer.options import JitCompile, TrainOptions
from trainer.runs import load_run
from trainer.training.callbacks import HistoryFile
from trainer.training.compiled_model import compiled_model
from trainer.training.train import model_config, train
from trainer.training.validation import Validation


@pytest.mark.parametrize("day_feature", ["gap", "none"])
def test_other_day_features(data: str, tmp_path: Path, day_feature: str) -> None:
    options = small_options(data, tmp_path / "run", day_feature=day_feature, epochs=1)
    train(options, export=False)
    model, read = load_run(str(tmp_path / "run"))
    assert read.day_feature == day_feature
    assert model.uses_days is (day_feature == "gap")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "least"),
    [
        ({"model": "gru", "tie_embeddings": True, "train_positions": "once"}, 0.6),
        (
            {
                "model": "transformer",
                "num_heads": 2,
                "loss": "sampled",
                "num_negatives": 8,
                "mixed_precision": True,
                "learning_rate_schedule": "cosine",
                "weight_decay": 0.01,
                "day_feature": "none",
            },
            0.6,
        ),
        (
            {
                "model": "transformer",
                "tie_embeddings": True,
                "dropout": 0.1,
                "label_smoothing": 0.1,
                "train_positions": "last",
                "learning_rate_schedule": "linear",
                "epochs": 8,
            },
            0.5,
        ),
    ],
    ids=["gru", "transformer-sampled", "transformer-smoothed"],
)
def test_other_models_learn_by_other_ways(
    data: str, tmp_path: Path, changes: dict, least: float
) -> None:
    options = small_options(data, tmp_path / "run", **changes)
    metrics = train(options, export=False)
    # By chance, and by popularity in a cycle, it is about 0.2.
    assert metrics["val_ndcg@10"] > least
    assert metrics["model"]["model"] == changes["model"]
    model, read = load_run(str(tmp_path / "run"))
    assert read == options
    assert model.config.model == changes["model"]
    assert all(weight.dtype == "float32" for weight in model.weights)
    figures = Validation(open_data_set(data), "eval", options.day_feature)(model)
    assert figures["ndcg@10"] == pytest.approx(metrics["val_ndcg@10"], abs=0.02)


@pytest.mark.slow
def test_a_rate_that_falls_ends_at_nothing(
    data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = []
    epoch_end = HistoryFile.on_epoch_end

    def record(self, epoch, logs=None) -> None:
        rates.append(float(self.model.optimizer.learning_rate))
        epoch_end(self, epoch, logs)

    monkeypatch.setattr(HistoryFile, "on_epoch_end", record)
    options = small_options(
        data,
        tmp_path / "run",
        model="transformer",
        learning_rate_schedule="linear",
        epochs=2,
    )
    train(options, export=False)
    assert rates == pytest.approx([0.01, 0.0], abs=1e-8)


def test_training_starts_from_popularity(tmp_path: Path) -> None:
    # Item 2 follows item 1 three times, and item 3 once.
    windows = [*[Window([1], 2)] * 3, Window([1], 3)]
    data = write_data_set(
        tmp_path / "data", windows, num_items=3, max_length=2, with_graph=True
    )
    still = {"model": "transformer", "learning_rate": 1e-30}
    train(small_options(data, tmp_path / "run", **still, epochs=1), export=False)
    model, _ = load_run(str(tmp_path / "run"))
    bias = np.asarray(model.scores.bias)
    np.testing.assert_allclose(np.diff(bias), [np.log(4.0), np.log(0.5)], rtol=1e-5)


def test_mixed_precision_leaves_a_model_in_float32(data: str, tmp_path: Path) -> None:
    options = small_options(data, tmp_path / "run", mixed_precision=True)
    metrics = train(options, export=False)
    assert "precision mixed_bfloat16" in metrics["devices"]
    assert metrics["val_ndcg@10"] > 0.7
    model, _ = load_run(str(tmp_path / "run"))
    assert model.recurrent[0].dtype_policy.name == "float32"


@pytest.mark.slow
def test_float16_scales_its_loss(data: str, tmp_path: Path) -> None:
    options = small_options(data, tmp_path / "run")
    devices = dataclasses.replace(set_up_devices(), policy="mixed_float16")
    assert train(options, devices, export=False)["val_ndcg@10"] > 0.7


@pytest.mark.slow
def test_xla_gives_the_same_loss(data: str, tmp_path: Path) -> None:
    losses = [
        train(small_options(data, tmp_path / jit, epochs=1, jit_compile=jit))["loss"]
        for jit in ("on", "off")
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_xla_that_a_layer_forbids_is_an_error(
    data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What Keras does to an LSTM that cuDNN will run.
    build = keras.layers.LSTM.__init__

    def forbidding(self, *args, **kwargs) -> None:
        build(self, *args, **kwargs)
        self.supports_jit = False

    monkeypatch.setattr(keras.layers.LSTM, "__init__", forbidding)
    options = small_options(data, tmp_path / "run", jit_compile="on")
    with pytest.raises(UsageError, match="--jit_compile on cannot be had"):
        train(options)


@pytest.mark.parametrize(
    ("jit", "packs"), [("auto", True), ("off", True), ("on", False)]
)
def test_rows_are_packed_on_a_cpu_without_xla(
    data: str, jit: JitCompile, packs: bool
) -> None:
    options = small_options(data, Path("-"), model="gru", jit_compile=jit)
    config = model_config(open_data_set(data), options)
    model = compiled_model(config, options, set_up_devices(), 1)
    assert model.packs_rows is (packs and on_cpu())


@pytest.fixture(scope="module")
def long_data(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_data_set(
        tmp_path_factory.mktemp("long") / "set",
        cyclic_windows(10, 20, 12, 0),
        cyclic_windows(30, 20, 12, 1),
        num_items=20,
        max_length=12,
    )


@pytest.mark.parametrize("windows", ["data", "long_data"])
def test_validation_is_the_rank_of_each_last_target(
    windows: str, request: pytest.FixtureRequest
) -> None:
    data_set = open_data_set(request.getfixturevalue(windows))
    config = model_config(data_set, TrainOptions(data="D", output="R", units=(4,)))
    model = build_model(config)
    model.build()
    figures = Validation(data_set, "eval", "age", batch_size=7)(model)
    columns = load_split(data_set, "eval", ["item_id", "nb_days", "target", "seen"])
    scores = np.array(
        model({"item_id": columns["item_id"], "days": columns["nb_days"]})
    )
    ranks = []
    for row, target in enumerate(columns["target"][:, -1]):
        seen = {item for item in columns["seen"].dense(row, row + 1)[0] if item}
        own = scores[row, target - 1]
        left = [s for j, s in enumerate(scores[row], start=1) if j not in seen]
        ranks.append(np.inf if target in seen else sum(s > own for s in left))
    assert figures["hr@10"] == pytest.approx(hit_rate(ranks, 10))
