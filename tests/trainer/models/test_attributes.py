"""Attributes of items: what they add to the items' own vectors, in every model."""

import dataclasses

import keras
import numpy as np
import pytest

from tests.support.models import CONFIGS, small_inputs, small_model, values
from trainer.models import ModelConfig, build_model

WITH = [name for name, config in CONFIGS.items() if config.item_features]
with_attributes = pytest.mark.parametrize(
    "config", [CONFIGS[n] for n in WITH], ids=WITH
)
SAME = np.array([[0], [1], [1], [2], *[[0]] * 7])


def _plain(config: ModelConfig) -> ModelConfig:
    return dataclasses.replace(config, item_features=())


@pytest.mark.parametrize(
    "kind", ["lstm", "gru-tied", "transformer", "transformer-tied"]
)
def test_a_model_starts_as_one_without(kind: str) -> None:
    plain = CONFIGS[kind]
    inputs = small_inputs(plain, 4)
    logits = []
    for config in (plain, dataclasses.replace(plain, item_features=(2,))):
        keras.utils.set_random_seed(3)
        model = build_model(config)
        model.build()
        model.set_item_values(SAME)
        logits.append(np.asarray(model(inputs)))
    np.testing.assert_array_equal(*logits)


@with_attributes
def test_values_change_how_histories_are_read(config: ModelConfig) -> None:
    model = small_model(config)
    inputs = small_inputs(config, 2, [[1, 2]])
    before = model.encode(inputs["item_id"], inputs.get("days"))[:, -1]
    ids = np.zeros((config.num_items + 2, 2), int)
    for item, is_in_history in ((2, True), (5, False)):
        model.set_item_values(ids)
        without = model.encode(inputs["item_id"], inputs.get("days"))[:, -1]
        changed = ids.copy()
        changed[item, 1] = 1
        model.set_item_values(changed)
        after = model.encode(inputs["item_id"], inputs.get("days"))[:, -1]
        assert (np.abs(after - without).max() > 1e-4) is np.bool(is_in_history)
    assert np.abs(before - without).max() > 1e-4


@with_attributes
def test_values_change_the_scores_of_their_items(config: ModelConfig) -> None:
    model = small_model(config)
    model.set_item_values(np.zeros((config.num_items + 2, 2), int))
    inputs = small_inputs(config, 2, [[1, 2]])
    before = np.asarray(model(inputs))[0]
    changed = np.zeros((config.num_items + 2, 2), int)
    changed[[5, 7], 0] = 2
    model.set_item_values(changed)
    difference = np.asarray(model(inputs))[0] - before
    # Both items get the same, since they have the same value; the others nothing.
    assert abs(difference[4]) > 1e-4
    assert difference[6] == pytest.approx(difference[4], abs=1e-5)
    np.testing.assert_allclose(np.delete(difference, [4, 6]), 0.0, atol=1e-5)


@with_attributes
def test_sampled_scores_are_those_of_all(config: ModelConfig) -> None:
    model, inputs = small_model(config), small_inputs(config, 4)
    positions = np.array([3, 7], np.int32)
    full = np.asarray(model({**inputs, "positions": positions}))
    sampled = model(
        {
            **inputs,
            "positions": positions,
            "labels": np.array([4, 8], np.int32),
            "negatives": np.array([0, 6], np.int32),
            "log_probability": np.zeros(2, np.float32),
        }
    )
    expected = [full[0, [4, 0, 6]], full[1, [8, 0, 6]]]
    np.testing.assert_allclose(sampled, expected, atol=1e-5)


@with_attributes
def test_a_model_without_values_is_the_plain_one(config: ModelConfig) -> None:
    model, plain = small_model(config), build_model(_plain(config))
    plain.build()
    model.set_item_values(np.zeros((config.num_items + 2, 2), int))
    own = [w for w in model.weights if "item_attributes" not in w.path]
    for weight, same in zip(plain.weights, own, strict=True):
        weight.assign(same)
    inputs = small_inputs(config, 4)
    np.testing.assert_allclose(plain(inputs), model(inputs), atol=1e-6)


def test_the_values_of_items_are_no_parameters_but_in_every_copy() -> None:
    model = small_model(CONFIGS["gru-attributes"])
    rows = [w for w in model.non_trainable_variables if w.name == "rows"]
    assert len(rows) == 2
    assert all(np.any(value) for value in values(rows))
