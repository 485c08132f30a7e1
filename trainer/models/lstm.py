"""The model of the original notebook."""

from typing import Any

import keras
from keras import ops

from schemas.features import PADDING_ID
from trainer.layers import Align, CausalAttention, MaskedBatchNormalization
from trainer.models.base import NextItemModel
from trainer.models.config import ModelConfig

Tensor = Any


@keras.saving.register_keras_serializable(package="seamstress")
class LstmModel(NextItemModel):
    """LSTM layers over items and days, then attention over their states.

    Item and day embeddings -> concatenation -> batch normalisation -> for each of
    `units` an LSTM and batch normalisation -> causal self-attention.

    On a GPU Keras runs an LSTM by cuDNN where the masks are right-padded with no
    empty row and the activations are the defaults; both hold here.
    """

    def __init__(self, config: ModelConfig | dict[str, Any], **kwargs: Any) -> None:
        super().__init__(config, **kwargs)
        config, dtype = self.config, self.dtype_policy
        self.align_front = Align("front", dtype=dtype)
        self.align_back = Align("back", dtype=dtype)
        self.item_embedding = keras.layers.Embedding(
            config.num_items + 2, config.item_embedding, dtype=dtype
        )
        self.day_embedding = None
        if self.uses_days:
            self.day_embedding = keras.layers.Embedding(
                config.num_day_buckets + 1, config.day_embedding, dtype=dtype
            )
        self.input_norm = MaskedBatchNormalization(dtype=dtype)
        self.recurrent = [
            keras.layers.LSTM(
                units,
                return_sequences=True,
                recurrent_initializer="glorot_normal",
                dtype=dtype,
            )
            for units in config.units
        ]
        self.norms = [MaskedBatchNormalization(dtype=dtype) for _ in config.units]
        self.attention = CausalAttention(dtype=dtype)

    @property
    def state_size(self) -> int:
        """The size of the last LSTM."""
        return self.config.units[-1]

    def build_encoder(self) -> None:
        """Makes the weights of embeddings, LSTMs and normalisations."""
        size = self.config.item_embedding
        self.item_embedding.build((None, None))
        if self.day_embedding is not None:
            self.day_embedding.build((None, None))
            size += self.config.day_embedding
        self.input_norm.build((None, None, size))
        for layer, norm, units in zip(
            self.recurrent, self.norms, self.config.units, strict=True
        ):
            layer.build((None, None, size))
            norm.build((None, None, units))
            size = units

    def masks(self, item_id: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Returns where the real steps of rows aligned to the front are.

        Args:
          item_id: int32 [`batch`, `steps`], left-padded with 0.

        Returns:
          `length`, int32 [`batch`]: the real steps of each row. `real`, bool [`batch`,
          `steps`]: the first `length` of each row. `counted`: `real`, but with the
          first step of an empty row, since cuDNN refuses a row without a step.
        """
        length = ops.sum(ops.cast(item_id != PADDING_ID, "int32"), axis=1)
        step = ops.expand_dims(ops.arange(ops.shape(item_id)[1], dtype="int32"), 0)
        real = step < ops.expand_dims(length, 1)
        counted = step < ops.expand_dims(ops.maximum(length, 1), 1)
        return length, real, counted

    def encode(
        self, item_id: Tensor, days: Tensor = None, training: bool = False
    ) -> Tensor:
        """Returns the attended LSTM states (see `NextItemModel.encode`)."""
        length, real, counted = self.masks(item_id)
        states = self.item_embedding(self.align_front(item_id, length))
        if self.day_embedding is not None:
            if days is None:
                raise ValueError("`days` must be given: the model was built with them.")
            embedded = self.day_embedding(self.align_front(days, length))
            states = ops.concatenate([states, embedded], axis=-1)
        states = self.input_norm(states, mask=real, training=training)
        for layer, norm in zip(self.recurrent, self.norms, strict=True):
            states = layer(states, mask=counted, training=training)
            states = norm(states, mask=real, training=training)
        states = self.attention(states, mask=counted)
        return self.align_back(states, length)
