"""Vectors of items, to read histories by and, where tied, to score items by."""

from typing import Any

import keras
from keras import ops

from schemas.features import FIRST_ITEM_ID

Tensor = Any


@keras.saving.register_keras_serializable(package="seamstress")
class ItemEmbedding(keras.layers.Layer):
    """A vector for every id: padding, the items 1 ... N and the unknown item.

    Differs from `keras.layers.Embedding` in that the table is float32 whatever the
    precision policy: only the rows that are read are cast, and scores of tied vectors
    are computed in full precision.

    Args:
      num_items: N.
      dim: the size of a vector.
      stddev: of the normal distribution that a vector's elements start from; None
        takes the uniform one of `keras.layers.Embedding`.
    """

    def __init__(
        self, num_items: int, dim: int, stddev: float | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.num_items = num_items
        self.dim = dim
        self.stddev = stddev

    def build(self, input_shape: Any = None) -> None:
        """Makes the table, float32 [`num_items` + 2, `dim`]."""
        if self.stddev is None:
            initializer: Any = "uniform"
        else:
            initializer = keras.initializers.RandomNormal(stddev=self.stddev)
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(self.num_items + 2, self.dim),
            initializer=initializer,
            dtype="float32",
            autocast=False,
        )

    @property
    def vectors(self) -> Tensor:
        """The vectors of the items 1 ... N, float32 [`num_items`, `dim`]."""
        table = ops.convert_to_tensor(self.embeddings)
        return table[FIRST_ITEM_ID : FIRST_ITEM_ID + self.num_items]

    def call(self, item_id: Tensor) -> Tensor:
        """Returns the vectors of ids.

        Args:
          item_id: int [...].

        Returns:
          [..., `dim`] in the layer's compute dtype.
        """
        vectors = ops.take(self.embeddings, item_id, axis=0)
        return ops.cast(vectors, self.compute_dtype)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """The shape of the ids, and `dim`."""
        return (*input_shape, self.dim)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        config = {"num_items": self.num_items, "dim": self.dim, "stddev": self.stddev}
        return {**super().get_config(), **config}
