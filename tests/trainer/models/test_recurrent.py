"""What `lstm` and `gru` alone must do: meet the conditions of cuDNN."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.support.models import CONFIGS, shared_model, small_inputs, small_model
from trainer.models import ModelConfig


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_layers_meet_the_conditions_of_cudnn(name: str) -> None:
    kind = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[name]
    for layer in shared_model(CONFIGS[name]).recurrent:
        assert type(layer) is kind
        assert layer.activation is keras.activations.tanh
        assert layer.recurrent_activation is keras.activations.sigmoid
        assert layer.recurrent_dropout == 0
        assert layer.use_bias
        assert not layer.unroll
        assert layer.use_cudnn == "auto"
        assert getattr(layer, "reset_after", True)


def test_the_lstm_starts_as_the_notebook_s() -> None:
    [first, *_] = shared_model(CONFIGS["lstm"]).recurrent
    assert isinstance(first.recurrent_initializer, keras.initializers.GlorotNormal)


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_layers_get_right_padded_masks_without_an_empty_row(name: str) -> None:
    model = small_model(CONFIGS[name])
    masks = []
    for layer in model.recurrent:
        call = layer.call

        def record(*args, call=call, **kwargs):
            masks.append(np.asarray(kwargs["mask"]))
            return call(*args, **kwargs)

        layer.call = record
    model(small_inputs(model.config, 4))
    assert len(masks) == 2
    for mask in masks:
        assert mask.any(axis=1).all()
        # Once False, a row stays False.
        assert (mask[:, 1:] <= mask[:, :-1]).all()
        np.testing.assert_array_equal(mask.sum(axis=1), [1, 3, 1, 4, 2])


def test_attention_can_be_left_out() -> None:
    config = CONFIGS["lstm"]
    without = ModelConfig.from_json({**config.to_json(), "attention": False})
    one, other = small_model(config), small_model(without)
    # It has no weights.
    for weight, same in zip(one.weights, other.weights, strict=True):
        np.testing.assert_array_equal(weight, same)
    scores = [np.asarray(model(small_inputs(config, 4))) for model in (one, other)]
    # The mean over a single state is the state.
    np.testing.assert_allclose(scores[0][0], scores[1][0], atol=1e-6)
    assert np.abs(scores[0][1] - scores[1][1]).max() > 1e-4


@pytest.mark.parametrize(("units", "projects"), [((8, 5), True), ((8, 6), False)])
def test_tied_states_are_projected_where_sizes_differ(
    units: tuple[int, ...], projects: bool
) -> None:
    model = small_model(
        ModelConfig("gru", 9, item_embedding=6, units=units, tie_embeddings=True)
    )
    assert (model.projection is not None) is projects
    assert model(small_inputs(model.config, 4)).shape == (5, 9)


@pytest.mark.parametrize("name", ["lstm", "lstm-tied-plain", "gru", "gru-tied"])
@pytest.mark.parametrize("training", [False, True])
def test_packed_rows_change_nothing(name: str, training: bool) -> None:
    config = CONFIGS[name]
    inputs = {k: tf.constant(v) for k, v in small_inputs(config, 5).items()}
    # Of all real steps; the third history is empty.
    real = np.flatnonzero(inputs["item_id"].numpy())
    inputs["positions"] = tf.constant(real, tf.int32)
    found = []
    for packs in (False, True):
        model = small_model(config)
        model.packs_rows = packs
        with tf.GradientTape() as tape:
            logits = model(inputs, training=training)
            loss = tf.reduce_mean(logits * tf.cos(logits))
        gradients = tape.gradient(loss, model.trainable_variables)
        moving = [tf.convert_to_tensor(w) for w in model.non_trainable_weights]
        found.append([logits, *map(tf.convert_to_tensor, gradients), *moving])
    for one, other in zip(*found, strict=True):
        scale = max(1.0, float(tf.reduce_max(tf.abs(one))))
        np.testing.assert_allclose(other, one, rtol=1e-5, atol=1e-5 * scale)


def test_long_windows_are_not_packed() -> None:
    config = CONFIGS["gru"]
    model = small_model(config)
    expected = model(small_inputs(config, 9))
    model.packs_rows = True
    np.testing.assert_array_equal(model(small_inputs(config, 9)), expected)


def test_an_empty_batch_of_packed_rows_has_numbers() -> None:
    model = small_model(CONFIGS["lstm"])
    model.packs_rows = True
    scores = model(small_inputs(CONFIGS["lstm"], 3, [[], []]), training=True)
    assert np.isfinite(scores).all()
