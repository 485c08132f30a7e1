"""Softmax cross-entropy over the whole catalogue."""

from typing import Any

import keras
from keras import ops

from trainer.layers.replicas import sum_over_replicas
from trainer.losses.sparse_cross_entropy import sparse_cross_entropy

Tensor = Any


@keras.saving.register_keras_serializable(package="seamstress")
class NextItemCrossEntropy(keras.losses.Loss):
    """The mean of -log softmax(logits)[target] over real targets.

    Computed from logits in float32 under any precision policy. Keras' own reduction
    divides by the number of targets, padding included; this one divides by the sum
    of the weights, over all replicas of a distribution strategy together, so that
    neither padding nor the number of devices changes the loss.

    Args:
      label_smoothing: the share of each target that is spread evenly over all items
        (Szegedy et al., Rethinking the Inception Architecture for Computer Vision,
        2016).
      name: of the loss.
    """

    def __init__(
        self, label_smoothing: float = 0.0, name: str = "next_item_cross_entropy"
    ) -> None:
        if not 0.0 <= label_smoothing < 1.0:
            raise ValueError(
                f"`label_smoothing` must be in [0, 1), got {label_smoothing}."
            )
        super().__init__(name=name, reduction="sum", dtype="float32")
        self.label_smoothing = label_smoothing

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Returns the loss of each target.

        Args:
          y_true: int [`num_targets`], column of the target, that is its id - 1.
          y_pred: float [`num_targets`, `num_items`] logits.

        Returns:
          float32 [`num_targets`].
        """
        logits = ops.cast(y_pred, "float32")
        losses: Tensor = sparse_cross_entropy(y_true, logits)
        if self.label_smoothing:
            # The cross-entropy with the even distribution: no one-hot rows are made.
            even = ops.logsumexp(logits, axis=-1) - ops.mean(logits, axis=-1)
            losses = losses + self.label_smoothing * (even - losses)
        return losses

    def __call__(
        self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor = None
    ) -> Tensor:
        """Returns the weighted mean loss, or this replica's share of it: a scalar.

        Args:
          y_true: as in `call`.
          y_pred: as in `call`.
          sample_weight: float [`num_targets`], 0 where there is no real target;
            None: all are real. Where all are 0 the loss is 0.
        """
        losses = self.call(y_true, y_pred)
        if sample_weight is None:
            weights = ops.ones_like(losses)
        else:
            weights = ops.cast(sample_weight, "float32")
        total = sum_over_replicas(ops.sum(weights))
        # A replica's share: Keras adds the gradients of the replicas up.
        share = ops.sum(losses * weights)
        return ops.where(total > 0, share / ops.where(total > 0, total, 1.0), 0.0)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal loss."""
        return {"name": self.name, "label_smoothing": self.label_smoothing}
