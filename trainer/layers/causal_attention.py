"""Dot-product self-attention that looks at the past only."""

from typing import Any

import keras
from keras import ops

from trainer.layers.one_step import one_step_allowed

Tensor = Any

# Far below any score, and finite: a row without a key gets a mean and no NaN.
_EXCLUDED = -1e30


@keras.saving.register_keras_serializable(package="seamstress")
class CausalAttention(keras.layers.Layer):
    """Self-attention whose query, key and value are the input itself.

    No weights: scores are plain dot products (Luong et al., Effective Approaches to
    Attention-based Neural Machine Translation, 2015), as in the original notebook.
    A step attends to itself and to earlier real steps. Scores and their softmax are
    float32 under any precision policy.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs: Tensor, mask: Tensor = None) -> Tensor:
        """Returns for every step the weighted mean of the steps up to it.

        Args:
          inputs: float [`batch`, `steps`, `dim`].
          mask: bool [`batch`, `steps`], True at real steps, which alone are attended
            to; None: all are real.

        Returns:
          [`batch`, `steps`, `dim`] in the layer's compute dtype.
        """
        states = ops.cast(inputs, "float32")
        scores = ops.matmul(states, ops.transpose(states, (0, 2, 1)))
        step = ops.arange(ops.shape(inputs)[1])
        allowed = ops.expand_dims(step, 1) >= ops.expand_dims(step, 0)  # query, key
        allowed = ops.expand_dims(allowed, 0)
        if mask is not None:
            allowed = ops.logical_and(allowed, ops.expand_dims(mask, 1))
        with one_step_allowed():
            weights = ops.softmax(ops.where(allowed, scores, _EXCLUDED), axis=-1)
        return ops.matmul(ops.cast(weights, inputs.dtype), inputs)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...], *_: Any
    ) -> tuple[int | None, ...]:
        """The shape of the input."""
        return input_shape
