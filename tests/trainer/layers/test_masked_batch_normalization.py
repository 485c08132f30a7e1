import keras
import numpy as np
import pytest

from trainer.layers import MaskedBatchNormalization


def _values(seed: int, *shape: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return (generator.normal(size=shape) * 3.0 + 5.0).astype(np.float32)


def test_normalises_by_the_moments_of_real_steps() -> None:
    values = _values(0, 3, 4, 2)
    mask = np.array([[1, 1, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0]], bool)
    layer = MaskedBatchNormalization(epsilon=1e-6)
    real = np.asarray(layer(values, mask=mask, training=True))[mask]
    np.testing.assert_allclose(real.mean(axis=0), 0.0, atol=1e-5)
    np.testing.assert_allclose(real.std(axis=0), 1.0, atol=1e-3)
    np.testing.assert_allclose(layer.moving_mean, values[mask].mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(
        layer.moving_variance, values[mask].var(axis=0), rtol=1e-5
    )


def test_what_is_masked_changes_nothing_not_even_infinity() -> None:
    values = _values(1, 2, 3, 2)
    mask = np.array([[1, 1, 0], [1, 0, 0]], bool)
    spoiled = values.copy()
    spoiled[~mask] = np.inf
    clean, dirty = MaskedBatchNormalization(), MaskedBatchNormalization()
    expected = np.asarray(clean(values, mask=mask, training=True))[mask]
    found = np.asarray(dirty(spoiled, mask=mask, training=True))[mask]
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(dirty.moving_mean, clean.moving_mean)


def test_moving_moments_are_a_plain_mean_first_and_a_moving_one_later() -> None:
    layer = MaskedBatchNormalization(momentum=0.5)
    for value in (1.0, 3.0, 8.0):
        layer(np.full((2, 2, 1), value, np.float32), training=True)
    # (1 + 3) / 2 = 2, and then half of 2 and half of 8.
    np.testing.assert_allclose(layer.moving_mean, [5.0])


def test_a_batch_without_a_real_step_leaves_the_moments_alone() -> None:
    layer = MaskedBatchNormalization()
    layer(_values(2, 2, 3, 2), training=True)
    before = [np.asarray(weight) for weight in layer.weights]
    layer(_values(3, 2, 3, 2), mask=np.zeros((2, 3), bool), training=True)
    for weight, value in zip(layer.weights, before, strict=True):
        np.testing.assert_array_equal(weight, value)


def test_is_keras_layer_where_all_steps_are_real() -> None:
    values = _values(4, 4, 3, 2)
    ours, theirs = MaskedBatchNormalization(), keras.layers.BatchNormalization()
    np.testing.assert_allclose(
        ours(values, training=True), theirs(values, training=True), atol=1e-5
    )


def test_inference_uses_the_moving_moments_alone() -> None:
    layer = MaskedBatchNormalization()
    layer(_values(5, 4, 3, 2), training=True)
    one = _values(6, 1, 1, 2)
    both = np.concatenate([one, one + 100.0])
    np.testing.assert_allclose(np.asarray(layer(both))[:1], layer(one), rtol=1e-6)


def test_a_frozen_layer_keeps_its_moments() -> None:
    layer = MaskedBatchNormalization()
    layer.build((None, None, 2))
    layer.trainable = False
    layer(_values(7, 4, 3, 2), training=True)
    np.testing.assert_array_equal(layer.moving_mean, [0.0, 0.0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"momentum": 1.0}, r"`momentum` must be in \[0, 1\), got 1.0"),
        ({"epsilon": 0.0}, "`epsilon` must be positive, got 0.0"),
    ],
)
def test_refuses(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MaskedBatchNormalization(**arguments)


def test_comes_back_from_its_config() -> None:
    layer = MaskedBatchNormalization(momentum=0.9, epsilon=0.1)
    copy = MaskedBatchNormalization.from_config(layer.get_config())
    assert (copy.momentum, copy.epsilon) == (0.9, 0.1)
