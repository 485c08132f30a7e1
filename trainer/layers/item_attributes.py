"""Vectors of items that follow from their attributes."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

Tensor = Any


@keras.saving.register_keras_serializable(package="seamstress")
class ItemAttributes(keras.layers.Layer):
    """The sum of the vectors of an item's values, one of each field.

    It is added to the item's own vector, so that items with few events share what is
    learned of others of their kind (factorised item representations, as in Kula,
    Metadata Embeddings for User and Item Cold-start Recommendations, 2015). All vectors
    start at zero: a model with attributes starts as one without.

    A field in which an item has no value adds nothing.

    Args:
      num_items: N; ids run from 0 to N + 1.
      sizes: of each field the number of its values.
      dim: the size of a vector.
    """

    def __init__(
        self, num_items: int, sizes: Sequence[int], dim: int, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.num_items = num_items
        self.sizes = tuple(sizes)
        self.dim = dim

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights.

        `embeddings`, float32 [1 + all values of all fields, `dim`], whose first row is
        nobody's; and `rows`, integers [N + 2, fields], the row of each item's value,
        which is no parameter but must be in every file of the model.
        """
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(1 + sum(self.sizes), self.dim),
            initializer="zeros",
            dtype="float32",
            autocast=False,
        )
        # "int" is 64 bits on TensorFlow, whose GPU kernels take no other integers.
        self.rows = self.add_weight(
            name="rows",
            shape=(self.num_items + 2, len(self.sizes)),
            initializer="zeros",
            dtype="int",
            trainable=False,
            autocast=False,
        )

    def set_values(self, ids: Any) -> None:
        """Says which values the items have.

        Args:
          ids: int [N + 2, fields], of each item id a value 1 ... A, or 0.
        """
        offsets = np.cumsum((0, *self.sizes[:-1]))
        ids = np.asarray(ids)
        self.rows.assign(np.where(ids > 0, ids + offsets, 0))

    def vectors(self, item_id: Tensor) -> Tensor:
        """Returns the vectors of ids in full precision.

        Args:
          item_id: int [...].

        Returns:
          float32 [..., `dim`].
        """
        rows = ops.take(self.rows, item_id, axis=0)  # [..., fields]
        total = 0.0
        # Field by field: all at once would take as many times the memory.
        for field in range(len(self.sizes)):
            row = rows[..., field : field + 1]  # [..., 1]
            vectors = ops.take(self.embeddings, row[..., 0], axis=0)  # [..., dim]
            total = total + vectors * ops.cast(row > 0, "float32")
        return total

    def call(self, item_id: Tensor) -> Tensor:
        """Returns `vectors` in the layer's compute dtype."""
        return ops.cast(self.vectors(item_id), self.compute_dtype)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """The shape of the ids, and `dim`."""
        return (*input_shape, self.dim)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        config = {
            "num_items": self.num_items,
            "sizes": list(self.sizes),
            "dim": self.dim,
        }
        return {**super().get_config(), **config}
