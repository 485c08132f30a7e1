import keras
import numpy as np

from trainer.layers import CausalAttention


def _states(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def test_worked_numbers() -> None:
    states = np.array([[[1.0, 0.0], [0.0, 2.0]]], np.float32)
    outputs = np.asarray(CausalAttention()(states))
    # The second step scores itself 4 and the first step 0.
    weight = np.exp(4.0) / (np.exp(4.0) + 1.0)
    expected = [[1.0, 0.0], [1.0 - weight, 2.0 * weight]]
    np.testing.assert_allclose(outputs[0], expected, rtol=1e-5)


def test_the_future_changes_nothing() -> None:
    states = _states(1, 2, 5, 3)
    changed = states.copy()
    changed[:, 3:] = 100.0
    layer = CausalAttention()
    np.testing.assert_array_equal(
        np.asarray(layer(states))[:, :3], np.asarray(layer(changed))[:, :3]
    )


def test_masked_steps_are_not_attended_to() -> None:
    states = _states(2, 1, 4, 3)
    mask = np.array([[True, False, True, True]])
    changed = states.copy()
    changed[:, 1] = 50.0
    layer = CausalAttention()
    real = [0, 2, 3]
    np.testing.assert_array_equal(
        np.asarray(layer(states, mask=mask))[:, real],
        np.asarray(layer(changed, mask=mask))[:, real],
    )


def test_a_row_without_a_real_step_gives_numbers() -> None:
    outputs = CausalAttention()(_states(3, 1, 3, 2), mask=np.zeros((1, 3), bool))
    assert np.isfinite(np.asarray(outputs)).all()


def test_scores_are_float32_under_a_mixed_policy() -> None:
    # Products near 300,000 lie outside float16.
    states = keras.ops.full((1, 2, 8), 200.0, "float16")
    outputs = CausalAttention(dtype="mixed_float16")(states)
    assert keras.backend.standardize_dtype(outputs.dtype) == "float16"
    np.testing.assert_allclose(np.asarray(outputs, np.float32), 200.0)


def test_comes_back_from_its_config() -> None:
    states = _states(4, 2, 3, 2)
    layer = CausalAttention(name="looks_back")
    again = CausalAttention.from_config(layer.get_config())
    assert again.name == "looks_back"
    np.testing.assert_array_equal(np.asarray(again(states)), np.asarray(layer(states)))
