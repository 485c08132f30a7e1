from pathlib import Path

import keras
import numpy as np
import pytest

from tests.support.layers import assert_comes_back
from trainer.layers import ItemAttributes

# Items 1 ... 3; of the first field they have the values 2, none and 1, of the second
# 1, 1 and none. Padding and the unknown item have none.
VALUES = np.array([[0, 0], [2, 1], [0, 1], [1, 0], [0, 0]])
IDS = np.array([[0, 1, 4], [2, 2, 3]], np.int32)


def _layer(**arguments) -> ItemAttributes:
    """Two values of the first field and one of the second, with vectors of size 2."""
    layer = ItemAttributes(3, (2, 1), 2, **arguments)
    layer.build()
    layer.set_values(VALUES)
    # The first row is nobody's.
    layer.embeddings.assign(np.array([[9, 9], [1, 0], [0, 2], [10, 10]], np.float32))
    return layer


def test_worked_numbers() -> None:
    expected = [[[0, 0], [10, 12], [0, 0]], [[10, 10], [10, 10], [1, 0]]]
    np.testing.assert_array_equal(_layer()(IDS), expected)
    np.testing.assert_array_equal(_layer().vectors(IDS), expected)


def test_starts_at_zero_and_learns_no_row_that_is_nobody_s() -> None:
    layer = ItemAttributes(3, (2, 1), 2)
    layer.build()
    layer.set_values(VALUES)
    assert not np.any(layer(IDS))
    tf = pytest.importorskip("tensorflow")
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer.vectors(IDS))
    gradient = tape.gradient(loss, layer.embeddings.value)
    np.testing.assert_array_equal(
        tf.convert_to_tensor(gradient), [[0, 0], [1, 1], [1, 1], [3, 3]]
    )


def test_which_value_an_item_has_is_not_learned() -> None:
    layer = _layer()
    assert [weight.name for weight in layer.trainable_weights] == ["embeddings"]
    assert [weight.name for weight in layer.non_trainable_weights] == ["rows"]


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_vectors_are_float32_and_only_what_is_read_is_cast(dtype: str) -> None:
    layer = _layer(dtype=f"mixed_{dtype}")
    layer.embeddings.assign(np.full((4, 2), 1.0 + 2.0**-20, np.float32))
    assert keras.backend.standardize_dtype(layer(IDS).dtype) == dtype
    with keras.src.backend.AutocastScope(dtype):  # as inside a model of 16 bits
        vectors = layer.vectors(IDS[1, 2:])
    assert keras.backend.standardize_dtype(vectors.dtype) == "float32"
    np.testing.assert_array_equal(vectors, [[1.0 + 2.0**-20] * 2])


def test_its_shape_is_known() -> None:
    assert ItemAttributes(3, (2,), 2).compute_output_shape((None, 7)) == (None, 7, 2)


def test_comes_back_from_its_config() -> None:
    layer = ItemAttributes(3, (2, 1), 2)
    copy = ItemAttributes.from_config(layer.get_config())
    assert (copy.num_items, copy.sizes, copy.dim) == (3, (2, 1), 2)


def test_comes_back_from_a_file(tmp_path: Path) -> None:
    copy = assert_comes_back(_layer(), tmp_path, IDS)
    np.testing.assert_array_equal(copy.rows, _layer().rows)
