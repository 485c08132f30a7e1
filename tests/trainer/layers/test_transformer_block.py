from pathlib import Path

import keras
import numpy as np
import pytest

from tests.support.layers import assert_comes_back
from trainer.layers import TransformerBlock


def _states(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def _real(*rows: list[int]) -> np.ndarray:
    return np.array(rows, bool)


def _layer(dim: int = 4, seed: int = 1, **arguments) -> TransformerBlock:
    layer = TransformerBlock(**{"units": 3, "num_heads": 2, **arguments})
    layer.build((None, None, dim))
    for number, weight in enumerate(layer.weights):
        weight.assign(_states(*weight.shape, seed=seed + number) * 0.7)
    return layer


def _normalised(states: np.ndarray, norm: keras.layers.Layer) -> np.ndarray:
    mean, deviation = states.mean(-1, keepdims=True), states.std(-1, keepdims=True)
    gamma, beta = (np.asarray(weight) for weight in (norm.gamma, norm.beta))
    return (states - mean) / deviation * gamma + beta


@pytest.mark.parametrize("num_heads", [1, 2])
def test_is_what_plain_numbers_give(num_heads: int) -> None:
    layer = _layer(num_heads=num_heads)
    states, real = _states(1, 3, 4), _real([0, 1, 1])
    kernels = {
        name: np.asarray(weight)
        for part in ("query", "key", "value", "output")
        for name, weight in zip(
            (part, f"{part}_bias"),
            getattr(layer.attention, f"_{part}_dense").weights,
            strict=True,
        )
    }
    normal = _normalised(states[0], layer.attention_norm)
    attended = np.zeros((3, 4))
    for head in range(num_heads):
        query, key, value = (
            normal @ kernels[part][:, head] + kernels[f"{part}_bias"][head]
            for part in ("query", "key", "value")
        )
        for step in (1, 2):
            places = [1] if step == 1 else [1, 2]
            scores = np.exp(key[places] @ query[step] / np.sqrt(4 / num_heads))
            mean = scores / scores.sum() @ value[places]
            attended[step] += mean @ kernels["output"][head]
    outputs = states[0] + attended + kernels["output_bias"]
    widen, narrow = (
        [np.asarray(weight) for weight in part.weights]
        for part in (layer.widen, layer.narrow)
    )
    inner = _normalised(outputs, layer.feed_forward_norm) @ widen[0] + widen[1]
    gelu = np.asarray(keras.activations.gelu(inner.astype(np.float32)))
    expected = outputs + gelu @ narrow[0] + narrow[1]
    found = np.asarray(layer(states, real))[0]
    np.testing.assert_allclose(found[1:], expected[1:], atol=1e-4)


def test_the_future_changes_nothing() -> None:
    layer, states, real = _layer(), _states(2, 5, 4), _real([1] * 5, [0, 1, 1, 1, 1])
    changed = states.copy()
    changed[:, 3:] = 9.0
    before, after = (np.asarray(layer(s, real)) for s in (states, changed))
    earlier = real[:, :3]
    np.testing.assert_allclose(after[:, :3][earlier], before[:, :3][earlier], atol=1e-6)
    assert np.abs(after[:, 3:] - before[:, 3:]).max() > 1e-3


def test_more_padding_changes_nothing() -> None:
    layer, states = _layer(), _states(2, 3, 4)
    real = _real([1, 1, 1], [0, 1, 1])
    longer = np.concatenate([_states(2, 4, 4, seed=8) * 50.0, states], axis=1)
    padded = np.pad(real, ((0, 0), (4, 0)))
    short = np.asarray(layer(states, real))[real]
    long = np.asarray(layer(longer, padded))[padded]
    np.testing.assert_allclose(long, short, atol=1e-5)


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_a_row_without_a_real_step_gives_numbers(dropout: float) -> None:
    outputs = _layer(dropout=dropout)(_states(1, 3, 4), _real([0, 0, 0]), training=True)
    assert np.isfinite(np.asarray(outputs)).all()


def test_dropout_acts_in_training_alone() -> None:
    states, real = _states(2, 3, 4), _real([1, 1, 1], [1, 1, 1])
    plain, layer = _layer(), _layer(dropout=0.5)
    np.testing.assert_allclose(layer(states, real), plain(states, real), atol=1e-5)
    one, other = (np.asarray(layer(states, real, training=True)) for _ in range(2))
    assert np.abs(one - other).max() > 1e-2


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_computes_in_16_bits_under_a_mixed_policy(dtype: str) -> None:
    layer = _layer(dtype=f"mixed_{dtype}")
    states, real = _states(1, 3, 4), _real([0, 1, 1])
    outputs = layer(keras.ops.cast(states, dtype), real)
    assert keras.backend.standardize_dtype(outputs.dtype) == dtype
    full = np.asarray(_layer()(states, real))
    found = np.asarray(keras.ops.cast(outputs, "float32"))
    np.testing.assert_allclose(found[:, 1:], full[:, 1:], atol=0.1)


def test_heads_must_divide_the_states() -> None:
    with pytest.raises(ValueError, match=r"`num_heads` must divide .* got 3 heads for"):
        TransformerBlock(8, num_heads=3).build((None, None, 4))


def test_comes_back_from_its_config() -> None:
    layer = TransformerBlock(8, num_heads=2, dropout=0.25)
    copy = TransformerBlock.from_config(layer.get_config())
    assert (copy.units, copy.num_heads, copy.dropout) == (8, 2, 0.25)


def test_comes_back_from_a_file(tmp_path: Path) -> None:
    copy = assert_comes_back(
        TransformerBlock(3, num_heads=2, dropout=0.1),
        tmp_path,
        _states(2, 3, 4),
        _real([0, 1, 1], [1, 1, 1]),
    )
    assert copy.units == 3
