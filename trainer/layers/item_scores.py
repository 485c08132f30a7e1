"""Logits of items, from a state and the items' vectors."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

Tensor = Any


@keras.saving.register_keras_serializable(package="seamstress")
class ItemScores(keras.layers.Layer):
    """The dot product of a state and an item's vector, and the item's bias.

    float32 under any precision policy: bfloat16 would make most items equal.

    The vectors are the layer's own, or those of the embedding that the histories
    are read by (Press and Wolf, Using the Output Embedding to Improve Language
    Models, 2017).

    Args:
      num_items: N.
      tied: whether the vectors are handed to `call`.
    """

    def __init__(self, num_items: int, tied: bool = False, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.num_items = num_items
        self.tied = tied

    def build(self, states_shape: tuple[int | None, ...]) -> None:
        """Makes the bias [`num_items`], and vectors [`num_items`, `dim`] if untied."""
        # No autocast: `sampled` is no call of the layer, and runs in its caller's
        # precision.
        self.bias = self.add_weight(
            name="bias",
            shape=(self.num_items,),
            initializer="zeros",
            dtype="float32",
            autocast=False,
        )
        self.own_vectors = None
        if not self.tied:
            self.own_vectors = self.add_weight(
                name="vectors",
                shape=(self.num_items, states_shape[-1]),
                initializer="glorot_uniform",
                dtype="float32",
                autocast=False,
            )

    def vectors(self, tied_vectors: Tensor = None) -> Tensor:
        """Returns the vectors in use, float32 [`num_items`, `dim`].

        Args:
          tied_vectors: those of the embedding, where tied.

        Raises:
          ValueError: they are missing though tied.
        """
        if not self.tied:
            return ops.convert_to_tensor(self.own_vectors)
        if tied_vectors is None:
            raise ValueError("`tied_vectors` must be given: the layer has none itself.")
        return tied_vectors

    def call(
        self, states: Tensor, tied_vectors: Tensor = None, added: Tensor = None
    ) -> Tensor:
        """Returns the logits of all items.

        Args:
          states: float [..., `dim`].
          tied_vectors: as in `vectors`.
          added: float32 [`num_items`, `dim`], added to the vectors; None: nothing.

        Returns:
          float32 [..., `num_items`]; column `j` is item id `j + 1`.
        """
        vectors = self.vectors(tied_vectors)
        if added is not None:
            vectors = vectors + added
        states = ops.cast(states, "float32")
        return ops.matmul(states, ops.transpose(vectors)) + self.bias

    def sampled(
        self,
        states: Tensor,
        targets: Tensor,
        negatives: Tensor,
        log_probability: Tensor,
        tied_vectors: Tensor = None,
        added: Callable[[Tensor], Tensor] | None = None,
    ) -> Tensor:
        """Returns the logits of each state's target and of sampled items.

        A sampled item's logit is lowered by the log of the probability that it is in
        the sample (the logQ correction: Bengio and Senécal, Adaptive Importance
        Sampling to Accelerate Training of a Neural Probabilistic Language Model, 2008;
        Yi et al., Sampling-Bias-Corrected Neural Modeling for Large Corpus Item
        Recommendations, 2019), so that the sum over the sample estimates the sum over
        the catalogue. Where the target itself is sampled it is left out.

        Args:
          states: float [`num_targets`, `dim`].
          targets: int [`num_targets`], columns, that is ids - 1.
          negatives: int [`num_negatives`], distinct columns.
          log_probability: float32 [`num_negatives`].
          tied_vectors: as in `vectors`.
          added: gives of columns what is added to their vectors, float32 [..., `dim`].

        Returns:
          float32 [`num_targets`, 1 + `num_negatives`]; column 0 is the target.
        """
        table = self.vectors(tied_vectors)

        def vectors(columns: Tensor) -> Tensor:
            chosen = ops.take(table, columns, axis=0)
            return chosen if added is None else chosen + added(columns)

        bias = ops.convert_to_tensor(self.bias)
        states = ops.cast(states, "float32")
        of_target = ops.sum(states * vectors(targets), axis=1)
        of_target = of_target + ops.take(bias, targets)
        of_negatives = ops.matmul(states, ops.transpose(vectors(negatives)))
        of_negatives = of_negatives + ops.take(bias, negatives) - log_probability
        same = ops.expand_dims(targets, 1) == ops.expand_dims(negatives, 0)
        of_negatives = ops.where(same, -1e30, of_negatives)
        return ops.concatenate([ops.expand_dims(of_target, 1), of_negatives], axis=1)

    def compute_output_shape(
        self, states_shape: tuple[int | None, ...], *_: Any
    ) -> tuple[int | None, ...]:
        """All but the last axis of the states, and `num_items`."""
        return (*states_shape[:-1], self.num_items)

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal layer."""
        config = {"num_items": self.num_items, "tied": self.tied}
        return {**super().get_config(), **config}
