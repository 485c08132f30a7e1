"""A block of causal self-attention and a feed-forward layer."""

from typing import Any

import keras
from keras import ops

from trainer.layers.one_step import one_step_allowed

Tensor = Any

_EPSILON = 1e-6


@keras.saving.register_keras_serializable(package="seamstress")
class TransformerBlock(keras.layers.Layer):
    """Causal multi-head self-attention, then a feed-forward layer, both residual.

    After SASRec (Kang and McAuley, Self-Attentive Sequential Recommendation, 2018),
    with the normalisation before each part and none on the residual path (Xiong et
    al., On Layer Normalization in the Transformer Architecture, 2020), and GELU.

    Args:
      units: size of the feed-forward layer.
      num_heads: of the attention; must divide `dim`.
      dropout: share of attention weights and of outputs that training leaves out.
    """

    def __init__(
        self, units: int, num_heads: int = 1, dropout: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.num_heads = num_heads
        self.dropout = dropout
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Makes the layers of both parts, and their weights.

        Raises:
          ValueError: `num_heads` does not divide `dim`.
        """
        dim, dtype = input_shape[-1], self.dtype_policy
        if dim is None or dim % self.num_heads:
            raise ValueError(
                f"`num_heads` must divide the size of the states, got "
                f"{self.num_heads} heads for {dim}."
            )
        self.attention_norm = keras.layers.LayerNormalization(
            epsilon=_EPSILON, dtype=dtype
        )
        self.attention = keras.layers.MultiHeadAttention(
            self.num_heads, dim // self.num_heads, dropout=self.dropout, dtype=dtype
        )
        self.feed_forward_norm = keras.layers.LayerNormalization(
            epsilon=_EPSILON, dtype=dtype
        )
        self.widen = keras.layers.Dense(self.units, activation="gelu", dtype=dtype)
        self.narrow = keras.layers.Dense(dim, dtype=dtype)
        self.drop = keras.layers.Dropout(self.dropout, dtype=dtype)
        self.attention_norm.build(input_shape)
        self.attention.build(input_shape, input_shape)
        self.feed_forward_norm.build(input_shape)
        self.widen.build(input_shape)
        self.narrow.build((*input_shape[:-1], self.units))

    def call(self, inputs: Tensor, real: Tensor, training: bool = False) -> Tensor:
        """Returns the states after the block.

        Args:
          inputs: float [`batch`, `steps`, `dim`].
          real: bool [`batch`, `steps`], True at real steps: each step attends to
            itself and to the earlier of these.
          training: whether dropout is on.

        Returns:
          [`batch`, `steps`, `dim`] in the layer's compute dtype; at steps that are
          not real the values mean nothing.
        """
        step = ops.arange(ops.shape(inputs)[1])
        causal = ops.expand_dims(step, 1) >= ops.expand_dims(step, 0)  # query, key
        allowed = ops.logical_and(
            ops.expand_dims(causal, 0), ops.expand_dims(real, axis=1)
        )
        states = self.attention_norm(inputs)
        with one_step_allowed():
            states = self.attention(
                states, states, attention_mask=allowed, training=training
            )
        outputs = inputs + self.drop(states, training=training)
        states = self.narrow(self.widen(self.feed_forward_norm(outputs)))
        return outputs + self.drop(states, training=training)

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...], *_: Any
    ) -> tuple[int | None, ...]:
        """The shape of the input."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        config = {
            "units": self.units,
            "num_heads": self.num_heads,
            "dropout": self.dropout,
        }
        return {**super().get_config(), **config}
