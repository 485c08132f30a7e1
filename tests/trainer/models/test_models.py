"""What every model must do, tied or not, with days and without."""

from pathlib import Path

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
    values,
)
from trainer.losses import NextItemCrossEntropy
from trainer.models import MODELS, ModelConfig, NextItemModel, build_model


def _trained_once(config: ModelConfig, batch, **settings):
    """Returns the loss of one step, and a model after it."""
    model = small_model(config)
    model.compile(keras.optimizers.SGD(0.1), NextItemCrossEntropy(), **settings)
    x, y, weight = batch
    logs = model.train_on_batch(x, y, weight, return_dict=True)
    return float(logs["loss"]), model


def _assert_same_weights(model, other, atol: float = 1e-5) -> None:
    for weight, same in zip(model.weights, other.weights, strict=True):
        np.testing.assert_allclose(same, weight, atol=atol, err_msg=weight.path)


def test_every_model_of_the_registry_is_tested() -> None:
    assert {config.model for config in CONFIGS.values()} == set(MODELS)


@each_kind
def test_scores_every_item_at_the_last_position_or_where_asked(
    config: ModelConfig,
) -> None:
    model, inputs = shared_model(config), small_inputs(config, 4)
    last = np.asarray(model(inputs))
    assert last.shape == (5, NUM_ITEMS)
    positions = np.array([3, 7, 19, 0, 0], np.int32)
    chosen = np.asarray(model({**inputs, "positions": positions}))
    np.testing.assert_allclose(chosen[:3], last[[0, 1, 4]], atol=1e-6)


@every_model
def test_more_padding_gives_the_same_scores(config: ModelConfig) -> None:
    model = shared_model(config)
    short, long = (np.asarray(model(small_inputs(config, width))) for width in (4, 9))
    real = [0, 1, 3, 4]  # the third history is empty
    np.testing.assert_allclose(long[real], short[real], atol=1e-5)
    assert np.ptp(short) > 1e-3


@each_kind
def test_other_rows_of_a_batch_change_no_scores(config: ModelConfig) -> None:
    model = shared_model(config)
    inputs = small_inputs(config, 4)
    together = np.asarray(model(inputs))
    for row in (0, 4):
        alone = model({name: value[row : row + 1] for name, value in inputs.items()})
        np.testing.assert_allclose(alone[0], together[row], atol=1e-5)


@every_model
def test_more_padding_gives_the_same_step(config: ModelConfig) -> None:
    short, long = (
        _trained_once(
            config,
            small_batch(config, width),
            run_eagerly=True,
        )
        for width in (4, 7)
    )
    assert short[0] == pytest.approx(long[0], abs=1e-5)
    # Weights after a step hold the gradients, and the moments of normalisation.
    _assert_same_weights(short[1], long[1])


@pytest.mark.slow
@each_kind
def test_a_compiled_step_is_the_step(config: ModelConfig) -> None:
    batch = small_batch(config, 4)
    eager, compiled = (
        _trained_once(config, batch, run_eagerly=eagerly) for eagerly in (True, False)
    )
    assert eager[0] == pytest.approx(compiled[0], abs=1e-5)
    _assert_same_weights(eager[1], compiled[1])


@each_kind
def test_rows_that_fill_a_batch_up_change_no_step(config: ModelConfig) -> None:
    x, y, weight = small_batch(config, 4)
    filled = {
        name: x[name] if name == "positions" else np.pad(x[name], ((0, 2), (0, 0)))
        for name in x
    }
    plain, full = (
        _trained_once(config, (inputs, y, weight), run_eagerly=True)
        for inputs in (x, filled)
    )
    _assert_same_weights(plain[1], full[1])


@every_model
def test_a_step_reaches_every_weight(config: ModelConfig) -> None:
    batch = small_batch(config, 4)
    before = values(shared_model(config).trainable_variables)
    _, model = _trained_once(config, batch, run_eagerly=True)
    for old, new in zip(before, model.trainable_variables, strict=True):
        if not new.path.endswith("key/bias"):  # all keys alike move no softmax
            assert np.abs(new - old).max() > 0, new.path


@every_model
def test_the_future_changes_nothing(config: ModelConfig) -> None:
    model = shared_model(config)
    inputs = small_inputs(config, 4, [[1, 2, 3, 4]])
    changed = small_inputs(config, 4, [[1, 2, 8, 9]])
    positions = np.array([0, 1, 3], np.int32)
    one, other = (
        np.asarray(model({**i, "positions": positions})) for i in (inputs, changed)
    )
    np.testing.assert_allclose(other[:2], one[:2], atol=1e-6)
    assert np.abs(other[2] - one[2]).max() > 1e-3


@each_kind
def test_the_past_shows(config: ModelConfig) -> None:
    model = shared_model(config)
    one, other = (
        np.asarray(model(small_inputs(config, 3, [history])))
        for history in ([1, 2, 3], [7, 2, 3])
    )
    assert np.abs(one - other).max() > 1e-5


@every_model
def test_an_empty_history_gives_numbers_and_gradients(config: ModelConfig) -> None:
    model = shared_model(config)
    assert np.isfinite(np.asarray(model(small_inputs(config, 3, [[]])))).all()
    weights = [variable.value for variable in model.trainable_variables]
    # Not `training`, which would move the moments of a shared model.
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(small_inputs(config, 3, [[], [1, 2]])))
    for gradient in tape.gradient(loss, weights):
        assert np.isfinite(tf.convert_to_tensor(gradient)).all()


@each_kind
def test_an_empty_batch_can_be_trained_on(config: ModelConfig) -> None:
    scores = small_model(config)(small_inputs(config, 3, [[], []]), training=True)
    assert np.isfinite(np.asarray(scores)).all()


@every_model
def test_an_unknown_item_is_an_input_like_any(config: ModelConfig) -> None:
    model = shared_model(config)
    rows = [[1, NUM_ITEMS + 1], [1], [1, 2]]
    unknown, shorter, other = np.asarray(model(small_inputs(config, 3, rows)))
    assert np.isfinite(unknown).all()
    assert np.abs(unknown - shorter).max() > 1e-5
    assert np.abs(unknown - other).max() > 1e-5


@each_kind
def test_days_that_are_missing_are_an_error(config: ModelConfig) -> None:
    config = ModelConfig.from_json({**config.to_json(), "num_day_buckets": 4})
    inputs = small_inputs(config, 4)
    with pytest.raises(ValueError, match="`days` must be given"):
        shared_model(config)({"item_id": inputs["item_id"]})


@every_model
def test_days_change_the_scores_where_they_are_used(config: ModelConfig) -> None:
    model, inputs = shared_model(config), small_inputs(config, 4)
    assert model.uses_days is (config.num_day_buckets > 0)
    days = np.where(inputs["item_id"] > 0, 1, 0).astype(np.int32)
    change = np.abs(np.asarray(model(inputs)) - model({**inputs, "days": days})).max()
    assert change > 1e-4 if model.uses_days else change == 0.0


@every_model
def test_tied_vectors_are_those_of_the_histories(config: ModelConfig) -> None:
    model = small_model(config)
    own = [weight for weight in model.weights if weight.name == "vectors"]
    assert len(own) == (0 if config.tie_embeddings else 1)
    inputs = small_inputs(config, 2, [[1, 2]])
    before = np.asarray(model(inputs))[0]
    [table] = values([model.item_embedding.embeddings])
    table[5] += 1.0  # an item that is not in the history
    model.item_embedding.embeddings.assign(table)
    changed = np.abs(np.asarray(model(inputs))[0] - before)
    assert (changed[4] > 1e-4) is np.bool(config.tie_embeddings)
    assert np.delete(changed, 4).max() == 0.0


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("lstm", "mixed_bfloat16"),
        ("gru", "mixed_bfloat16"),
        ("transformer-tied", "mixed_bfloat16"),
        ("transformer", "mixed_float16"),
    ],
)
def test_logits_are_float32_under_a_mixed_policy(name: str, dtype: str) -> None:
    config = CONFIGS[name]
    model, inputs = shared_model(config, dtype=dtype), small_inputs(config, 4)
    logits = model(inputs)
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    states = model.encode(inputs["item_id"], inputs.get("days"))
    assert keras.backend.standardize_dtype(states.dtype) == dtype.removeprefix("mixed_")
    assert all(w.dtype == "float32" for w in model.weights)
    # The unknown item and the empty row among them.
    assert np.isfinite(np.asarray(logits)).all()
    full = np.asarray(shared_model(config)(inputs))
    np.testing.assert_allclose(logits, full, atol=0.2)
    # 16 bits would round all items of a row to a few dozen values.
    assert len(np.unique(np.asarray(logits)[0])) == NUM_ITEMS


@each_kind
def test_a_mixed_model_comes_back_mixed(tmp_path: Path, config: ModelConfig) -> None:
    _assert_comes_back(tmp_path, config, "mixed_bfloat16")


@every_model
def test_saving_and_reading_gives_the_same_model(
    tmp_path: Path, config: ModelConfig
) -> None:
    _assert_comes_back(tmp_path, config, "float32")


def _assert_comes_back(tmp_path: Path, config: ModelConfig, dtype: str) -> None:
    model, inputs = shared_model(config, dtype=dtype), small_inputs(config, 4)
    model.save(tmp_path / "model.keras")
    copy = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    assert type(copy) is MODELS[config.model]
    assert copy.config == config
    assert copy.item_embedding.dtype_policy.name == dtype
    assert copy.count_params() == model.count_params()
    np.testing.assert_array_equal(copy(inputs), model(inputs))


@each_kind
def test_weights_of_a_mixed_model_fit_a_full_one(
    tmp_path: Path, config: ModelConfig
) -> None:
    mixed, inputs = small_model(config, dtype="mixed_bfloat16"), small_inputs(config, 4)
    mixed.save_weights(tmp_path / "w.weights.h5")
    full = small_model(config, seed=7)
    full.load_weights(tmp_path / "w.weights.h5")
    np.testing.assert_allclose(full(inputs), small_model(config)(inputs), atol=1e-6)


@each_kind
def test_dropout_acts_in_training_alone(config: ModelConfig) -> None:
    dropped = ModelConfig.from_json({**config.to_json(), "dropout": 0.5})
    plain, model = small_model(config), small_model(dropped)
    model.set_weights(plain.get_weights())
    inputs = small_inputs(config, 4)
    real = [0, 1, 3, 4]  # the third history is empty
    scores, same = np.asarray(model(inputs)), np.asarray(plain(inputs))
    np.testing.assert_allclose(scores[real], same[real], atol=1e-5)
    one, other = (np.asarray(model(inputs, training=True)) for _ in range(2))
    assert np.abs(one - other).max() > 1e-3


@each_kind
def test_the_same_seed_gives_the_same_start(config: ModelConfig) -> None:
    starts = []
    for seed in (3, 3, 4):
        keras.utils.set_random_seed(seed)
        model = build_model(config)
        model.build()
        starts.append(values(model.weights))
    assert all(map(np.array_equal, starts[0], starts[1]))
    assert not all(map(np.array_equal, starts[0], starts[2]))


def test_build_refuses_a_model_that_there_is_not() -> None:
    names = r"\('lstm', 'gru', 'transformer'\)"
    with pytest.raises(ValueError, match=rf"`model` must be one of {names}, got 'mlp'"):
        build_model(ModelConfig("mlp", 9))


def test_the_base_model_asks_for_an_encoder() -> None:
    with pytest.raises(NotImplementedError):
        NextItemModel(CONFIGS["lstm"]).build()
