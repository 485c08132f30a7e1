import keras
import numpy as np
import pytest

from trainer.losses import NextItemCrossEntropy

LOGITS = np.array([[1.0, 2.0, 0.5], [0.0, 0.0, 0.0], [9.0, 9.0, 9.5]], np.float32)
LABELS = np.array([1, 2, 0], np.int32)


def _expected(row: int) -> float:
    return float(np.log(np.exp(LOGITS[row]).sum()) - LOGITS[row, LABELS[row]])


def test_mean_over_targets() -> None:
    loss = NextItemCrossEntropy()(LABELS, LOGITS)
    np.testing.assert_allclose(loss, np.mean([_expected(r) for r in range(3)]), 1e-5)


def test_padding_is_no_target() -> None:
    loss = NextItemCrossEntropy()
    weights = np.array([1.0, 0.0, 0.0], np.float32)
    np.testing.assert_allclose(loss(LABELS, LOGITS, weights), _expected(0), rtol=1e-5)


def test_nothing_but_padding_is_no_loss() -> None:
    weights = np.zeros(3, np.float32)
    assert float(NextItemCrossEntropy()(LABELS, LOGITS, weights)) == 0.0


def test_is_float32_whatever_the_logits() -> None:
    logits = keras.ops.cast(LOGITS, "float16")
    loss = NextItemCrossEntropy()(LABELS, logits)
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"


def test_large_logits_stay_finite() -> None:
    logits = np.array([[1e4, -1e4]], np.float32)
    loss = NextItemCrossEntropy()(np.array([1], np.int32), logits)
    np.testing.assert_allclose(loss, 2e4)


def test_comes_back_from_its_config() -> None:
    loss = NextItemCrossEntropy(name="other")
    copy = keras.losses.deserialize(keras.losses.serialize(loss))
    assert isinstance(copy, NextItemCrossEntropy)
    assert copy.name == "other"


@pytest.mark.parametrize("smoothing", [0.1, 0.9])
def test_smoothing_is_the_cross_entropy_with_a_softened_target(
    smoothing: float,
) -> None:
    one_hot = np.eye(3)[LABELS] * (1.0 - smoothing) + smoothing / 3
    log_shares = LOGITS - np.log(np.exp(LOGITS).sum(axis=1, keepdims=True))
    expected = -(one_hot * log_shares).sum(axis=1)
    weights = np.array([1.0, 0.0, 1.0], np.float32)
    loss = NextItemCrossEntropy(label_smoothing=smoothing)
    np.testing.assert_allclose(loss.call(LABELS, LOGITS), expected, rtol=1e-5)
    np.testing.assert_allclose(
        loss(LABELS, LOGITS, weights), (expected[0] + expected[2]) / 2, rtol=1e-5
    )


def test_a_smoothed_loss_is_float32_under_a_mixed_policy() -> None:
    loss = NextItemCrossEntropy(label_smoothing=0.1)
    in_16_bits = keras.ops.cast(LOGITS, "bfloat16")
    found = loss(LABELS, in_16_bits)
    assert keras.backend.standardize_dtype(found.dtype) == "float32"
    # These logits are numbers that 16 bits hold: nothing is lost.
    np.testing.assert_array_equal(found, loss(LABELS, LOGITS))


@pytest.mark.parametrize("smoothing", [-0.1, 1.0, float("nan")])
def test_refuses_a_share_that_is_none(smoothing: float) -> None:
    with pytest.raises(ValueError, match=r"`label_smoothing` must be in \[0, 1\), got"):
        NextItemCrossEntropy(label_smoothing=smoothing)


def test_smoothing_comes_back_from_the_config() -> None:
    loss = NextItemCrossEntropy(label_smoothing=0.25)
    copy = keras.losses.deserialize(keras.losses.serialize(loss))
    assert copy.label_smoothing == 0.25
