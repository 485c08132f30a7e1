"""Layers on `keras.ops`, one to a file."""

from trainer.layers.align import Align
from trainer.layers.causal_attention import CausalAttention
from trainer.layers.item_attributes import ItemAttributes
from trainer.layers.item_embedding import ItemEmbedding
from trainer.layers.item_scores import ItemScores
from trainer.layers.masked_batch_normalization import MaskedBatchNormalization
from trainer.layers.position_embedding import PositionEmbedding
from trainer.layers.transformer_block import TransformerBlock

__all__ = [
    "Align",
    "CausalAttention",
    "ItemAttributes",
    "ItemEmbedding",
    "ItemScores",
    "MaskedBatchNormalization",
    "PositionEmbedding",
    "TransformerBlock",
]
