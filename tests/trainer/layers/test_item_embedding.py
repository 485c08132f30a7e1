from pathlib import Path

import keras
import numpy as np
import pytest

from tests.support.layers import assert_comes_back
from trainer.layers import ItemEmbedding

IDS = np.array([[0, 1, 4], [2, 2, 3]], np.int32)


def _layer(**arguments) -> ItemEmbedding:
    """Items 1 ... 3 whose vector is twice the id."""
    layer = ItemEmbedding(3, 2, **arguments)
    layer.build()
    layer.embeddings.assign(np.arange(10, dtype=np.float32).reshape(5, 2))
    return layer


def test_worked_numbers() -> None:
    expected = [[[0, 1], [2, 3], [8, 9]], [[4, 5], [4, 5], [6, 7]]]
    np.testing.assert_array_equal(_layer()(IDS), expected)


def test_vectors_are_those_of_the_items_alone() -> None:
    np.testing.assert_array_equal(_layer().vectors, [[2, 3], [4, 5], [6, 7]])


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_the_table_is_float32_and_only_what_is_read_is_cast(dtype: str) -> None:
    layer = _layer(dtype=f"mixed_{dtype}")
    layer.embeddings.assign(np.full((5, 2), 1.0 + 2.0**-20, np.float32))
    read = layer(IDS)
    assert keras.backend.standardize_dtype(read.dtype) == dtype
    with keras.src.backend.AutocastScope(dtype):  # as inside a model of 16 bits
        vectors = layer.vectors
    assert keras.backend.standardize_dtype(vectors.dtype) == "float32"
    np.testing.assert_array_equal(vectors, np.float32(1.0 + 2.0**-20))


def test_starts_with_the_spread_that_is_asked_for() -> None:
    keras.utils.set_random_seed(0)
    for stddev, expected in ((None, 0.05 / np.sqrt(3.0)), (0.5, 0.5)):
        layer = ItemEmbedding(1000, 20, stddev=stddev)
        layer.build()
        assert np.std(layer.embeddings) == pytest.approx(expected, rel=0.05)


def test_its_shape_is_known() -> None:
    assert ItemEmbedding(3, 2).compute_output_shape((None, 7)) == (None, 7, 2)


def test_comes_back_from_its_config() -> None:
    layer = ItemEmbedding(3, 2, stddev=0.1)
    copy = ItemEmbedding.from_config(layer.get_config())
    assert (copy.num_items, copy.dim, copy.stddev) == (3, 2, 0.1)


def test_comes_back_from_a_file(tmp_path: Path) -> None:
    copy = assert_comes_back(ItemEmbedding(3, 2), tmp_path, IDS)
    assert isinstance(copy, ItemEmbedding)
