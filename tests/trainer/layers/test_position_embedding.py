from pathlib import Path

import keras
import numpy as np
import pytest

from tests.support.layers import assert_comes_back
from trainer.layers import PositionEmbedding


def _layer() -> PositionEmbedding:
    """Adds 1 at the last step, 2 before it, and 3 before that."""
    layer = PositionEmbedding(3)
    layer.build((None, None, 2))
    layer.embeddings.assign([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])
    return layer


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_counts_back_from_the_last_step(steps: int) -> None:
    states = np.full((2, steps, 2), 10.0, np.float32)
    expected = [[13.0] * 2, [12.0] * 2, [11.0] * 2][-steps:]
    np.testing.assert_array_equal(_layer()(states), [expected] * 2)


def test_steps_further_back_share_the_furthest_vector() -> None:
    found = np.asarray(_layer()(np.zeros((1, 5, 2), np.float32)))
    assert found[0, :, 0].tolist() == [3.0, 3.0, 3.0, 2.0, 1.0]


def test_keeps_the_dtype_of_states() -> None:
    layer = PositionEmbedding(3, dtype="mixed_bfloat16")
    outputs = layer(keras.ops.zeros((1, 2, 4), "bfloat16"))
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    assert layer.embeddings.dtype == "float32"


def test_refuses_to_have_no_position() -> None:
    with pytest.raises(ValueError, match="`max_length` must be at least 1, got 0"):
        PositionEmbedding(0)


def test_comes_back_from_its_config() -> None:
    assert PositionEmbedding.from_config(_layer().get_config()).max_length == 3


def test_comes_back_from_a_file(tmp_path: Path) -> None:
    copy = assert_comes_back(PositionEmbedding(3), tmp_path, np.ones((1, 2, 4)))
    assert copy.max_length == 3
