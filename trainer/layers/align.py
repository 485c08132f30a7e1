"""Moves the padding of every row from one end to the other."""

from typing import Any

import keras
from keras import ops

Tensor = Any


@keras.saving.register_keras_serializable(package="seamstress")
class Align(keras.layers.Layer):
    """Rolls each row so that its padding changes ends.

    Records are left-padded, so that the last position is always the latest event;
    cuDNN takes right-padded rows only. `Align("front")` turns the first into the
    second, `Align("back")` turns it back.

    Args:
      to: `front` moves the `length` last steps of a row to its front; `back` moves
        the `length` first steps to its end.
    """

    def __init__(self, to: str, **kwargs: Any) -> None:
        if to not in ("front", "back"):
            raise ValueError(f"`to` must be 'front' or 'back', got {to!r}.")
        super().__init__(**kwargs)
        self.to = to
        self.supports_masking = True

    def call(self, inputs: Tensor, length: Tensor) -> Tensor:
        """Returns `inputs` with every row rolled.

        Args:
          inputs: [`batch`, `steps`] or [`batch`, `steps`, `dim`] of any dtype.
          length: int32 [`batch`], the real steps of each row.

        Returns:
          A tensor of the shape and dtype of `inputs`.
        """
        rows, steps = ops.shape(inputs)[0], ops.shape(inputs)[1]
        padding = ops.expand_dims(steps - length, axis=1)  # [batch, 1]
        step = ops.expand_dims(ops.arange(steps, dtype="int32"), axis=0)
        source = step + padding if self.to == "front" else step - padding
        first = ops.expand_dims(ops.arange(rows, dtype="int32") * steps, axis=1)
        index = first + ops.mod(source, steps)  # [batch, steps], into batch * steps
        flat = ops.reshape(inputs, (-1, *inputs.shape[2:]))
        return ops.take(flat, index, axis=0)

    def compute_mask(self, *_: Any, **__: Any) -> None:
        """Nothing: a mask of the inputs does not fit the rolled rows."""

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...], *_: Any
    ) -> tuple[int | None, ...]:
        """The shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        return {**super().get_config(), "to": self.to}
