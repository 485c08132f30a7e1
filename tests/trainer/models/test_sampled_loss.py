"""The sampled loss, through whole models."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.support.models import (
    CONFIGS,
    NUM_ITEMS,
    each_kind,
    every_model,
    shared_model,
    small_batch,
    small_inputs,
    small_model,
)
from trainer.batching.negatives import sample_negatives
from trainer.losses import NextItemCrossEntropy
from trainer.models import ModelConfig


def _sampled(batch: Any, num_negatives: int, seed: int = 0) -> Any:
    """Returns a batch of the full loss as one of the sampled loss."""
    x, y, weights = batch
    negatives, log_probability = sample_negatives(NUM_ITEMS, num_negatives, [seed, 0])
    drawn = {"negatives": negatives, "log_probability": log_probability}
    return {**x, "labels": y, **drawn}, tf.zeros_like(y), weights


def _loss_and_gradients(model: Any, batch: Any) -> tuple[float, list[np.ndarray]]:
    x, y, weights = batch
    with tf.GradientTape() as tape:
        loss = NextItemCrossEntropy()(y, model(x), weights)
    variables = [variable.value for variable in model.trainable_variables]
    found = tape.gradient(loss, variables)
    return float(loss), [np.asarray(tf.convert_to_tensor(g)) for g in found]


@every_model
def test_is_the_full_loss_where_the_negatives_are_the_whole_catalogue(
    config: ModelConfig,
) -> None:
    model, batch = shared_model(config), small_batch(config, 4)
    full = _loss_and_gradients(model, batch)
    sampled = _loss_and_gradients(model, _sampled(batch, NUM_ITEMS))
    assert sampled[0] == pytest.approx(full[0], abs=1e-5)
    for variable, one, other in zip(
        model.trainable_variables, full[1], sampled[1], strict=True
    ):
        np.testing.assert_allclose(other, one, atol=1e-5, err_msg=variable.path)


@each_kind
@pytest.mark.parametrize("tied", [False, True])
def test_is_float32_under_a_mixed_policy(config: ModelConfig, tied: bool) -> None:
    config = ModelConfig.from_json({**config.to_json(), "tie_embeddings": tied})
    model = shared_model(config, "mixed_bfloat16")
    inputs = {**small_inputs(config, 4), "positions": np.array([3, 7, 15], np.int32)}
    full = np.asarray(model(inputs))
    labels = np.array([4, 0, 8], np.int32)
    drawn = {
        "labels": labels,
        "negatives": np.array([1, 2, 3], np.int32),
        # A number that 16 bits cannot hold.
        "log_probability": np.full(3, -1.0 / 3.0, np.float32),
    }
    logits = model({**inputs, **drawn})
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    of_target = full[np.arange(3), labels]
    np.testing.assert_allclose(np.asarray(logits)[:, 0], of_target, atol=1e-6)
    np.testing.assert_allclose(
        np.asarray(logits)[:, 1:], full[:, 1:4] + 1.0 / 3.0, atol=1e-6
    )


def test_learns_in_steps_of_a_few_negatives() -> None:
    config = CONFIGS["transformer-tied"]
    model, batch = small_model(config), small_batch(config, 4)
    full = NextItemCrossEntropy()
    x, y, weights = batch
    before = float(full(y, model(x), weights))
    model.compile(keras.optimizers.SGD(0.05), full, run_eagerly=True)
    for seed in range(8):
        model.train_on_batch(*_sampled(batch, 3, seed))
    assert float(full(y, model(x), weights)) < before
