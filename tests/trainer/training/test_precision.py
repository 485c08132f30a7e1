"""Training in 16 bits: logits, loss, metrics, weights and moments stay in 32."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.support.training import small_options
from trainer.data.data_set import open_data_set
from trainer.devices import Devices
from trainer.training.compiled_model import compiled_model
from trainer.training.train import model_config, train
from trainer.training.training_input import training_input


@pytest.mark.parametrize(
    "config",
    [
        {"model": "lstm"},
        {"model": "gru", "tie_embeddings": True},
        {"model": "transformer", "loss": "sampled", "num_negatives": 8},
        {"model": "transformer", "label_smoothing": 0.1},
    ],
    ids=lambda config: "-".join(map(str, config.values())),
)
def test_a_step_in_bfloat16_has_logits_and_loss_in_float32(
    data: str, tmp_path: Path, config: dict
) -> None:
    options = small_options(data, tmp_path / "run", dropout=0.1, **config)
    data_set = open_data_set(data)
    devices = Devices(None, "mixed_bfloat16", "CPU:0")
    source = training_input(data_set, options, devices)
    model = compiled_model(model_config(data_set, options), options, devices, 10)
    x, y, weights = next(iter(source.elements))
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss = model.compute_loss(x, y, logits, weights)
    gradients = tape.gradient(loss, [w.value for w in model.trainable_weights])
    assert logits.dtype == loss.dtype == tf.float32
    assert model.mean_loss.total.dtype == "float32"
    states = model.encode(x["item_id"], x.get("days"))
    assert states.dtype == tf.bfloat16
    assert {g.dtype for g in gradients} == {tf.float32}
    kept = [*model.weights, *model.optimizer.variables]
    floats = {
        w.dtype for w in kept if "float" in keras.backend.standardize_dtype(w.dtype)
    }
    assert floats == {"float32"}
    assert np.isfinite(float(loss))


@pytest.mark.slow
def test_training_in_bfloat16_learns_as_in_float32(data: str, tmp_path: Path) -> None:
    # One item follows the other: what is learned is seen in the loss.
    common = {"model": "transformer", "day_feature": "none", "epochs": 10}
    losses = {}
    for name, changes in {
        "full": {},
        "mixed": {"mixed_precision": True},
        "mixed_on_device": {"mixed_precision": True, "data_on_device": "on"},
    }.items():
        options = small_options(data, tmp_path / name, **common, **changes)
        losses[name] = train(options, export=False)["loss"]
    assert losses["mixed"] == pytest.approx(losses["full"], rel=0.1)
    assert losses["mixed_on_device"] == pytest.approx(losses["mixed"], rel=1e-3)
