from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.layers import assert_comes_back
from trainer.layers import ItemScores

STATES = np.array([[1.0, 2.0], [0.0, -1.0]], np.float32)
VECTORS = np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 3.0]], np.float32)
BIAS = np.array([0.5, 0.0, -1.0], np.float32)
# Dot products, and the biases.
LOGITS = [[1.5, 2.0, 7.0], [0.5, -1.0, -4.0]]


def _layer(tied: bool, **arguments) -> ItemScores:
    layer = ItemScores(3, tied=tied, **arguments)
    layer.build((None, 2))
    layer.bias.assign(BIAS)
    if not tied:
        layer.own_vectors.assign(VECTORS)
    return layer


def _arguments(tied: bool) -> list[np.ndarray]:
    return [VECTORS] if tied else []


@pytest.mark.parametrize("tied", [False, True])
def test_worked_numbers(tied: bool) -> None:
    logits = _layer(tied)(STATES, *_arguments(tied))
    np.testing.assert_allclose(logits, LOGITS)


@pytest.mark.parametrize("tied", [False, True])
def test_any_axes_before_the_last_are_kept(tied: bool) -> None:
    logits = _layer(tied)(STATES.reshape(1, 2, 1, 2), *_arguments(tied))
    np.testing.assert_allclose(logits, np.reshape(LOGITS, (1, 2, 1, 3)))


def test_a_tied_layer_has_no_vectors_itself() -> None:
    layer = _layer(tied=True)
    assert [weight.name for weight in layer.weights] == ["bias"]
    with pytest.raises(ValueError, match="`tied_vectors` must be given: the layer has"):
        layer(STATES)


def test_sampled_worked_numbers() -> None:
    log_probability = np.log(np.array([0.5, 0.25], np.float32))
    logits = _layer(False).sampled(
        STATES, np.array([2, 1]), np.array([0, 1]), log_probability
    )
    expected = [
        [7.0, 1.5 + np.log(2.0), 2.0 + np.log(4.0)],
        # The second one's target is in the sample: there it is left out.
        [-1.0, 0.5 + np.log(2.0), -1e30],
    ]
    np.testing.assert_allclose(logits, expected, rtol=1e-6)


@settings(max_examples=30)
@given(st.data(), st.booleans(), st.integers(0, 2**32 - 1))
def test_sampled_is_what_brute_force_gives(
    data: st.DataObject, tied: bool, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    num_items, count = 6, data.draw(st.integers(1, 4))
    vectors = generator.normal(size=(num_items, 3)).astype(np.float32)
    states = generator.normal(size=(count, 3)).astype(np.float32)
    targets = generator.integers(num_items, size=count)
    sample = generator.permutation(num_items)[: data.draw(st.integers(1, num_items))]
    log_probability = generator.normal(size=len(sample)).astype(np.float32)
    layer = ItemScores(num_items, tied=tied)
    layer.build((None, 3))
    layer.bias.assign(generator.normal(size=num_items))
    if not tied:
        layer.own_vectors.assign(vectors)
    bias = np.asarray(layer.bias)
    found = layer.sampled(
        states, targets, sample, log_probability, vectors if tied else None
    )
    assert found.shape == (count, 1 + len(sample))
    for row, target in enumerate(targets):
        expected = [states[row] @ vectors[target] + bias[target]]
        for place, item in enumerate(sample):
            score = states[row] @ vectors[item] + bias[item] - log_probability[place]
            expected.append(-1e30 if item == target else score)
        np.testing.assert_allclose(found[row], expected, rtol=1e-4, atol=1e-5)


def test_what_is_left_out_has_no_gradient() -> None:
    states = tf.constant(STATES[:1])
    layer = _layer(False)
    with tf.GradientTape() as tape:
        tape.watch(states)
        logits = layer.sampled(states, [1], [1, 0], tf.zeros(2))
        loss = tf.reduce_logsumexp(logits, axis=1) - logits[:, 0]
    share = 1.0 / (1.0 + np.exp(2.0 - 1.5))
    expected = share * (VECTORS[0] - VECTORS[1])
    np.testing.assert_allclose(tape.gradient(loss, states)[0], expected, rtol=1e-5)


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_is_float32_under_any_policy(tied: bool, dtype: str) -> None:
    layer = _layer(tied, dtype=dtype)
    fine = np.float32(1.0 + 2.0**-20)  # that 16 bits do not hold
    layer.bias.assign([0.0, 0.0, fine])
    with keras.src.backend.AutocastScope(dtype.removeprefix("mixed_")):
        logits = layer(STATES * 0.0, *_arguments(tied))
        sampled = layer.sampled(
            STATES * 0.0, [2, 2], [0], np.array([-fine]), *_arguments(tied)
        )
    for scores in (logits, sampled):
        assert keras.backend.standardize_dtype(scores.dtype) == "float32"
    np.testing.assert_array_equal(np.asarray(logits)[:, 2], fine)
    np.testing.assert_array_equal(sampled, fine)


def test_its_shape_is_known() -> None:
    assert ItemScores(3).compute_output_shape((None, 7, 2)) == (None, 7, 3)


def test_comes_back_from_its_config() -> None:
    copy = ItemScores.from_config(ItemScores(3, tied=True).get_config())
    assert (copy.num_items, copy.tied) == (3, True)


@pytest.mark.parametrize("tied", [False, True])
def test_comes_back_from_a_file(tmp_path: Path, tied: bool) -> None:
    copy = assert_comes_back(
        ItemScores(3, tied=tied), tmp_path, STATES, *_arguments(tied)
    )
    assert copy.tied is tied


@pytest.mark.parametrize("tied", [False, True])
def test_what_is_added_to_the_vectors_counts_for_all_and_for_samples(
    tied: bool,
) -> None:
    layer = _layer(tied)
    added = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, -3.0]], np.float32)
    expected = np.array([[1.5, 5.0, 1.0], [0.5, -2.0, -1.0]])
    tied_vectors = VECTORS if tied else None
    logits = layer(STATES, tied_vectors, added)
    np.testing.assert_allclose(logits, expected)
    sampled = layer.sampled(
        STATES,
        np.array([1, 2]),
        np.array([0, 2]),
        np.zeros(2, np.float32),
        tied_vectors,
        lambda columns: tf.gather(added, columns),
    )
    np.testing.assert_allclose(sampled, [[5.0, 1.5, 1.0], [-1.0, 0.5, -1e30]])
