"""What the recurrent models share."""

from typing import Any

import keras
from keras import ops

from schemas.features import PADDING_ID
from trainer.layers import Align, CausalAttention, MaskedBatchNormalization
from trainer.layers.packed_recurrence import packed_states
from trainer.layers.packed_rows import PackedRows
from trainer.models.base import NextItemModel
from trainer.models.config import ModelConfig

Tensor = Any

# Longer windows would make a large graph, step by step; Keras loops over them.
MOST_UNROLLED_STEPS = 8


class RecurrentModel(NextItemModel):
    """Recurrent layers over items and days, then attention over their states.

    Item and day embeddings -> concatenation -> batch normalisation -> for each of
    `units` a recurrent layer and batch normalisation -> causal self-attention, unless
    `attention` is off. `dropout` acts on what each normalisation gives.

    On a GPU Keras runs LSTM and GRU by cuDNN where the masks are right-padded with no
    empty row and the activations are the defaults; all of these hold here.
    """

    def __init__(self, config: ModelConfig | dict[str, Any], **kwargs: Any) -> None:
        super().__init__(config, **kwargs)
        dtype = self.dtype_policy
        self.align_front = Align("front", dtype=dtype)
        self.align_back = Align("back", dtype=dtype)
        self.input_norm = MaskedBatchNormalization(dtype=dtype)
        self.recurrent = [self.recurrent_layer(size) for size in self.config.units]
        self.norms = [MaskedBatchNormalization(dtype=dtype) for _ in self.config.units]
        self.drop = keras.layers.Dropout(self.config.dropout, dtype=dtype)
        self.attention = None
        if self.config.attention:
            self.attention = CausalAttention(dtype=dtype)

    def recurrent_layer(self, units: int) -> keras.layers.Layer:
        """Returns a layer that gives the states of all steps."""
        raise NotImplementedError

    @property
    def state_size(self) -> int:
        """The size of the last recurrent layer."""
        return self.config.units[-1]

    def build_encoder(self) -> None:
        """Makes the weights of the recurrent layers and of the normalisations."""
        size = self.config.item_embedding
        if self.day_embedding is not None:
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
        """Returns the attended recurrent states (see `NextItemModel.encode`)."""
        steps = item_id.shape[1]
        if self.packs_rows and steps and steps <= MOST_UNROLLED_STEPS:
            return self._encode_packed(item_id, days, training)
        length, real, counted = self.masks(item_id)
        states = self.embed_items(self.align_front(item_id, length))
        if self.day_embedding is not None:
            embedded = self.embed_days(days)
            states = ops.concatenate(
                [states, self.align_front(embedded, length)], axis=-1
            )
        states = self.input_norm(states, mask=real, training=training)
        states = self.drop(states, training=training)
        for layer, norm in zip(self.recurrent, self.norms, strict=True):
            states = layer(states, mask=counted, training=training)
            states = norm(states, mask=real, training=training)
            states = self.drop(states, training=training)
        if self.attention is not None:
            states = self.attention(states, mask=counted)
        return self.align_back(states, length)

    def _encode_packed(self, item_id: Tensor, days: Tensor, training: bool) -> Tensor:
        """Returns what `encode` does, without computing a step of padding."""
        rows = PackedRows(item_id)
        states = self.embed_items(rows.pack(item_id))
        if self.day_embedding is not None:
            embedded = self.embed_days(None if days is None else rows.pack(days))
            states = ops.concatenate([states, embedded], axis=-1)
        states = self._normalised(self.input_norm, states, rows, training)
        for layer, norm in zip(self.recurrent, self.norms, strict=True):
            states = packed_states(layer, states, rows.counts)
            states = self._normalised(norm, states, rows, training)
        states = rows.unpack(states)
        if self.attention is not None:
            states = self.attention(states, mask=item_id != PADDING_ID)
        return states

    def _normalised(
        self, norm: Any, states: Tensor, rows: PackedRows, training: bool
    ) -> Tensor:
        """Returns packed states, normalised and then dropped in part."""
        mask = ops.expand_dims(rows.real, 0)
        states = norm(ops.expand_dims(states, 0), mask=mask, training=training)
        return self.drop(ops.squeeze(states, 0), training=training)
