import keras
import numpy as np
import pytest
import tensorflow as tf

from trainer.layers.packed_recurrence import packed_states
from trainer.layers.packed_rows import PackedRows

LENGTHS = (3, 1, 4, 0, 4, 2)
STEPS, DIM, UNITS = 4, 3, 5


def _rows():
    """Returns ids, inputs and where they are real, left-padded."""
    generator = np.random.default_rng(0)
    real = np.arange(STEPS) >= STEPS - np.array(LENGTHS)[:, np.newaxis]
    inputs = generator.normal(size=(*real.shape, DIM)).astype(np.float32)
    return real.astype(np.int32), tf.constant(inputs), real


def _layer(kind, dtype="float32"):
    keras.utils.set_random_seed(0)
    layer = kind(UNITS, return_sequences=True, dtype=dtype)
    layer.build((None, STEPS, DIM))
    for weight in layer.weights:  # Biases start as zeros, which hide mistakes.
        weight.assign(np.random.default_rng(1).normal(size=weight.shape))
    return layer


@pytest.mark.parametrize("kind", [keras.layers.LSTM, keras.layers.GRU])
@pytest.mark.parametrize("compiled", [False, True])
def test_states_and_gradients_are_those_of_keras(kind, compiled):
    item_id, inputs, real = _rows()
    layer = _layer(kind)

    def own(values):
        rows = PackedRows(tf.constant(item_id))
        return rows.unpack(packed_states(layer, rows.pack(values), rows.counts))

    def keras_own(values):
        # Masked steps leave the state alone: from the first real one on both agree.
        return layer(values, mask=tf.constant(real))

    def with_gradients(states_of):
        def run(values):
            with tf.GradientTape() as tape:
                tape.watch(values)
                states = tf.where(real[..., np.newaxis], states_of(values), 0.0)
                loss = tf.reduce_sum(states * tf.cos(states))
            sources = [values, *layer.trainable_variables]
            return [states, *tape.gradient(loss, sources)]

        return tf.function(run) if compiled else run

    found, expected = with_gradients(own)(inputs), with_gradients(keras_own)(inputs)
    for each, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(each, other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", [keras.layers.LSTM, keras.layers.GRU])
def test_states_have_the_precision_of_the_layer(kind):
    item_id, inputs, _real = _rows()
    rows = PackedRows(tf.constant(item_id))
    exact, rounded = (
        packed_states(_layer(kind, dtype), rows.pack(inputs), rows.counts)
        for dtype in ("float32", "mixed_bfloat16")
    )
    assert rounded.dtype == tf.bfloat16
    np.testing.assert_allclose(tf.cast(rounded, tf.float32), exact, atol=0.1)


def test_the_first_step_needs_no_recurrent_weights():
    layer = _layer(keras.layers.LSTM)
    rows = PackedRows(tf.constant([[0, 3], [0, 2]]))
    with tf.GradientTape() as tape:
        states = packed_states(layer, tf.ones([2, DIM]), rows.counts)
    gradient = tape.gradient(states, layer.cell.recurrent_kernel.value)
    assert not np.any(tf.convert_to_tensor(gradient))
