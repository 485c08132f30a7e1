"""Layers on `keras.ops`, one to a file."""

from trainer.layers.align import Align
from trainer.layers.causal_attention import CausalAttention
from trainer.layers.masked_batch_normalization import MaskedBatchNormalization

__all__ = ["Align", "CausalAttention", "MaskedBatchNormalization"]
