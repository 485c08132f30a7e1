"""Learned vectors of the places in a window."""

from typing import Any

import keras
from keras import ops

Tensor = Any


@keras.saving.register_keras_serializable(package="seamstress")
class PositionEmbedding(keras.layers.Layer):
    """Adds a learned vector for each step, counted back from the last one.

    The last step has position 0 in windows of any length, so that padding in front
    changes nothing.

    Args:
      max_length: the largest number of steps.
    """

    def __init__(self, max_length: int, **kwargs: Any) -> None:
        if max_length < 1:
            raise ValueError(f"`max_length` must be at least 1, got {max_length}.")
        super().__init__(**kwargs)
        self.max_length = max_length

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the vectors, [`max_length`, `dim`]."""
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(self.max_length, input_shape[-1]),
            initializer=keras.initializers.RandomNormal(stddev=0.02),
        )

    def call(self, inputs: Tensor) -> Tensor:
        """Returns the inputs with the vectors of their positions added.

        Steps further back than `max_length` get the vector of the furthest one; no
        window of the data set has a real one there.

        Args:
          inputs: float [`batch`, `steps`, `dim`].

        Returns:
          [`batch`, `steps`, `dim`].
        """
        steps = ops.shape(inputs)[1]
        position = ops.arange(steps - 1, -1, -1, dtype="int32")
        position = ops.minimum(position, self.max_length - 1)
        return inputs + ops.take(self.embeddings, position, axis=0)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """The shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "max_length": self.max_length}
