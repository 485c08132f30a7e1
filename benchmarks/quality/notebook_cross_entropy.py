"""The loss of the original notebook."""

from typing import Any

import keras
from keras import ops

Tensor = Any


class NotebookCrossEntropy(keras.losses.Loss):
    """The mean cross-entropy over all positions, times the share of real targets.

    The notebook's loss object had already averaged where the mask was applied:
    mean(mean(losses) * mask) = mean(losses) * mean(mask).
    """

    def __init__(self, name: str = "notebook_cross_entropy") -> None:
        super().__init__(name=name, dtype="float32")

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Returns the loss of each position, padding included.

        Args:
          y_true: int [`num_positions`], the class; 0 is padding.
          y_pred: float [`num_positions`, N + 1] logits.

        Returns:
          float32 [`num_positions`].
        """
        return keras.losses.sparse_categorical_crossentropy(
            y_true, ops.cast(y_pred, "float32"), from_logits=True
        )

    def __call__(
        self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None
    ) -> Tensor:
        """Returns the scalar of the class docstring; it takes no weights."""
        mask = ops.cast(y_true != 0, "float32")
        return ops.mean(ops.mean(self.call(y_true, y_pred)) * mask)
