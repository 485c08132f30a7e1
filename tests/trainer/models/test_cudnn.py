"""Keras' own checks of cuDNN hold for what the recurrent models hand over.

They are asked on a CPU: only whether there is a GPU is answered for them. What would
reach cuDNN is looked at, and the layers then go the way they go without it.
"""

import importlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.support.models import CONFIGS, small_inputs, small_model
from trainer.losses import NextItemCrossEntropy

if keras.backend.backend() != "tensorflow":
    pytest.skip("cuDNN is TensorFlow's here", allow_module_level=True)

# The package has a function of this name.
rnn = importlib.import_module("keras.src.backend.tensorflow.rnn")

_NAMES = ("inputs", "states", "kernel", "recurrent_kernel", "bias")


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """What Keras hands to cuDNN, by name; `mask` among it."""
    found: list[dict] = []
    monkeypatch.setattr(rnn, "_is_gpu_available", lambda: True)

    def record(*arguments) -> None:
        # inputs, one state or two, three weights, mask, ...
        count = 2 if len(arguments) == 10 else 1
        inputs, states = arguments[0], arguments[1 : 1 + count]
        weights, mask = arguments[1 + count : 4 + count], arguments[4 + count]
        rnn._assert_valid_mask(mask)
        given = dict(zip(_NAMES, (inputs, states[0], *weights), strict=True))
        found.append({**given, "mask": mask})
        raise tf.errors.NotFoundError(None, None, "no GPU is here")

    monkeypatch.setattr(rnn, "_cudnn_lstm", record)
    monkeypatch.setattr(rnn, "_cudnn_gru", record)
    return found


def test_keras_refuses_other_masks_and_activations(handed_over: list[dict]) -> None:
    # Otherwise the tests below would hold of anything.
    assert not rnn.cudnn_ok("relu", keras.activations.sigmoid, False, True)
    with pytest.raises(tf.errors.InvalidArgumentError, match="right-padded"):
        rnn._assert_valid_mask(tf.constant([[False, True]]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="right-padded"):
        rnn._assert_valid_mask(tf.constant([[False, False], [True, True]]))


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_layers_run_by_cudnn_in_the_precision_of_the_policy(
    handed_over: list[dict], name: str, policy: str
) -> None:
    model = small_model(CONFIGS[name], dtype=policy)
    # Histories of several lengths, and a row of padding alone.
    inputs = small_inputs(model.config, 4)
    for training in (False, True):
        model(inputs, training=training)
    assert len(handed_over) == 2 * len(model.recurrent)
    for given in handed_over:
        kinds = {given[part].dtype.name for part in _NAMES}
        # cuDNN takes one type for all.
        assert kinds == {policy.removeprefix("mixed_")}
        assert bool(np.asarray(given["mask"]).any(axis=1).all())


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_a_traced_training_step_would_run_by_cudnn(
    handed_over: list[dict], name: str
) -> None:
    model = small_model(CONFIGS[name])
    model.compile("sgd", NextItemCrossEntropy(), jit_compile=False)
    inputs = small_inputs(model.config, 4)
    x = {key: tf.constant(value) for key, value in inputs.items()}
    rows, steps = x["item_id"].shape
    x["positions"] = tf.range(1, rows + 1) * steps - 1
    batch = (x, tf.zeros([rows], tf.int32), tf.ones([rows]))
    tf.function(model.train_step).get_concrete_function(batch)
    assert len(handed_over) == len(model.recurrent)
    assert not model.jit_compile
