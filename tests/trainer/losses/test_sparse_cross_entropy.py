import keras
import numpy as np
import tensorflow as tf

from trainer.devices import on_cpu
from trainer.losses.sparse_cross_entropy import _by_softmax, sparse_cross_entropy

LOGITS = np.random.default_rng(0).normal(scale=5.0, size=(7, 11)).astype(np.float32)
TARGETS = np.array([0, 10, 3, 3, 5, 1, 9], np.int32)
WEIGHTS = np.array([1.0, 0.5, 0.0, 2.0, 1.0, 1.0, 3.0], np.float32)


def _with_gradient(losses_of, logits=LOGITS):
    logits = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        losses = losses_of(TARGETS, logits)
        total = tf.reduce_sum(losses * WEIGHTS)
    return losses.numpy(), tape.gradient(total, logits).numpy()


def _keras_own(targets, logits):
    return keras.losses.sparse_categorical_crossentropy(
        targets, logits, from_logits=True
    )


def test_losses_and_gradient_are_those_of_keras():
    found, expected = _with_gradient(_by_softmax), _with_gradient(_keras_own)
    for each, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(each, other, rtol=1e-5, atol=1e-6)


def test_a_target_of_no_share_at_all_has_its_loss():
    logits = np.zeros((7, 11), np.float32)
    logits[:, 4] = 500.0  # exp(-500) is 0 in float32.
    losses, gradient = _with_gradient(_by_softmax, logits)
    np.testing.assert_allclose(losses, 500.0, rtol=1e-6)
    assert np.isfinite(gradient).all()


def test_an_excluded_item_changes_nothing():
    logits = LOGITS.copy()
    logits[:, 7] = -1e30
    losses, gradient = _with_gradient(_by_softmax, logits)
    others = np.delete(logits, 7, axis=1)
    columns = np.where(TARGETS > 7, TARGETS - 1, TARGETS)
    np.testing.assert_allclose(losses, _keras_own(columns, others), rtol=1e-5)
    assert not gradient[:, 7].any()


def test_what_is_no_number_gives_none():
    logits = LOGITS.copy()
    logits[2, 2] = np.nan
    losses, _ = _with_gradient(_by_softmax, logits)
    assert np.isnan(losses[2])
    assert np.isfinite(np.delete(losses, 2)).all()


def test_integers_of_any_size_are_targets():
    (losses, _), narrow = _with_gradient(_by_softmax), TARGETS.astype(np.int64)
    np.testing.assert_allclose(sparse_cross_entropy(narrow, LOGITS), losses, rtol=1e-5)


def test_it_is_used_where_tensorflow_has_no_gpu():
    assert on_cpu() == (not tf.config.list_physical_devices("GPU"))
