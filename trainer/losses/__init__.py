"""Losses on `keras.ops`, one to a file."""

from trainer.losses.next_item_cross_entropy import NextItemCrossEntropy

__all__ = ["NextItemCrossEntropy"]
