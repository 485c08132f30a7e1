"""Self-attention in the way of SASRec."""

from typing import Any

import keras

from schemas.features import PADDING_ID
from trainer.layers import PositionEmbedding, TransformerBlock
from trainer.models.base import NextItemModel
from trainer.models.config import ModelConfig

Tensor = Any

_ITEM_STDDEV = 0.02
# High rates help before the blocks and after them, and hurt inside.
_BLOCK_DROPOUT = 0.2


@keras.saving.register_keras_serializable(package="seamstress")
class TransformerModel(NextItemModel):
    """Causal self-attention over items, positions and days.

    Item embedding, brought to elements of about 1, plus learned positions, counted
    back from the last event, plus the day embedding -> dropout -> for each of `units`
    a block with a feed-forward layer of that size -> layer normalisation -> dropout
    (Kang and McAuley, Self-Attentive Sequential Recommendation, 2018; with the
    normalisation before each part of a block). Inside the blocks a fifth of `dropout`
    acts.
    """

    def __init__(self, config: ModelConfig | dict[str, Any], **kwargs: Any) -> None:
        super().__init__(config, **kwargs)
        config, dtype = self.config, self.dtype_policy
        self.day_projection: Any = None
        if self.uses_days:
            self.day_projection = keras.layers.Dense(
                config.item_embedding, use_bias=False, dtype=dtype
            )
        self.positions = PositionEmbedding(config.max_length, dtype=dtype)
        self.drop = keras.layers.Dropout(config.dropout, dtype=dtype)
        self.blocks = [
            TransformerBlock(
                units, config.num_heads, _BLOCK_DROPOUT * config.dropout, dtype=dtype
            )
            for units in config.units
        ]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-6, dtype=dtype)

    @property
    def item_stddev(self) -> float | None:
        """Small, so that scores start from the biases and not from noise."""
        return _ITEM_STDDEV

    @property
    def day_initializer(self) -> Any:
        """Vectors of about length 1, beside items whose elements are about 1."""
        return keras.initializers.RandomNormal(stddev=self.config.day_embedding**-0.5)

    @property
    def state_size(self) -> int:
        """The size of an item's embedding, which all blocks keep."""
        return self.config.item_embedding

    def build_encoder(self) -> None:
        """Makes the weights of positions, blocks and normalisation."""
        shape = (None, None, self.state_size)
        if self.day_projection is not None:
            self.day_projection.build((None, None, self.config.day_embedding))
        self.positions.build(shape)
        for block in self.blocks:
            block.build(shape)
        self.norm.build(shape)

    def encode(
        self, item_id: Tensor, days: Tensor = None, training: bool = False
    ) -> Tensor:
        """Returns the normalised states of the last block."""
        states = self.embed_items(item_id) / _ITEM_STDDEV
        if self.day_embedding is not None:
            states = states + self.day_projection(self.embed_days(days))
        states = self.drop(self.positions(states), training=training)
        for block in self.blocks:
            states = block(states, item_id != PADDING_ID, training=training)
        return self.drop(self.norm(states), training=training)
