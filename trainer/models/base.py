"""What every next-item model has in common."""

from typing import Any

import keras
from keras import ops

from schemas.features import ITEM_ID
from trainer.layers.replicas import num_replicas, sum_over_replicas
from trainer.models.config import ModelConfig

Tensor = Any

# Keys of a model's input beside `ITEM_ID`.
DAYS = "days"
POSITIONS = "positions"


class NextItemModel(keras.Model):
    """Scores every item as the next one of a history.

    A model encodes a window into one state for each position; a dense layer scores
    the items from a state. Nothing depends on the length of the window, and padding
    in front of a history changes nothing.

    Subclasses make their layers in `__init__`, build them in `build_encoder`, and
    define `encode`.

    Args:
      config: the sizes, a `ModelConfig` or its JSON form.
      **kwargs: of `keras.Model`. `dtype` is handed to every layer, so that a model
        comes back from a file with the precision it was saved with.
    """

    def __init__(self, config: ModelConfig | dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if isinstance(config, dict):
            config = ModelConfig.from_json(config)
        self.config = config
        # float32 under any policy: bfloat16 would make equal scores of most items.
        self.scores = keras.layers.Dense(config.num_items, dtype="float32")
        # Takes the place of Keras' own `loss` in the logs: that is a mean over steps,
        # in which the partly filled last one weighs as much as any.
        self.mean_loss = keras.metrics.Mean(name="loss", dtype="float32")

    @property
    def uses_days(self) -> bool:
        """Whether the model takes day buckets beside the items."""
        return self.config.num_day_buckets > 0

    @property
    def state_size(self) -> int:
        """The size of a position's state."""
        raise NotImplementedError

    def build_encoder(self) -> None:
        """Makes the weights of every layer that `encode` uses."""
        raise NotImplementedError

    def encode(
        self, item_id: Tensor, days: Tensor = None, training: bool = False
    ) -> Tensor:
        """Returns the state of every position.

        Args:
          item_id: int32 [`batch`, `steps`], left-padded with 0.
          days: int32 [`batch`, `steps`] day buckets, padded alike; None where the
            model takes none.
          training: whether this is a training step.

        Returns:
          float [`batch`, `steps`, `state_size`]; states at padding mean nothing.
        """
        raise NotImplementedError

    def score(self, states: Tensor) -> Tensor:
        """Returns the logits of all items.

        Args:
          states: float [..., `state_size`].

        Returns:
          float32 [..., `num_items`]; column `j` is item id `j + 1`.
        """
        return self.scores(ops.cast(states, "float32"))

    def build(self, input_shape: Any = None) -> None:
        """Makes all weights; no size depends on the input's shape."""
        self.build_encoder()
        self.scores.build((None, self.state_size))

    def call(self, inputs: dict[str, Tensor], training: bool = False) -> Tensor:
        """Returns the logits of the next item.

        Args:
          inputs: `item_id` and, if the model uses days, `days`, int32 [`batch`,
            `steps`], left-padded with 0; optionally `positions`, int32
            [`num_positions`]: indices into `batch` * `steps`, row by row.
          training: whether this is a training step.

        Returns:
          float32 [`num_positions`, `num_items`] at the given positions; without
          `positions` float32 [`batch`, `num_items`] at each row's last position.
        """
        states = self.encode(inputs[ITEM_ID], inputs.get(DAYS), training=training)
        if POSITIONS in inputs:
            states = ops.reshape(states, (-1, self.state_size))
            return self.score(ops.take(states, inputs[POSITIONS], axis=0))
        return self.score(states[:, -1])

    def compute_loss(
        self,
        x: Any = None,
        y: Tensor = None,
        y_pred: Tensor = None,
        sample_weight: Tensor = None,
        training: bool = True,
    ) -> Tensor:
        """Returns the loss of a step, and adds it to the mean over all targets."""
        loss = super().compute_loss(x, y, y_pred, sample_weight, training)
        weight = ops.sum(ops.ones_like(y) if sample_weight is None else sample_weight)
        # Each replica has its share of the loss, and adds it once for all of them.
        share = loss * num_replicas()
        self.mean_loss.update_state(share, sample_weight=sum_over_replicas(weight))
        return loss

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments that make an equal model."""
        return {**super().get_config(), "config": self.config.to_json()}

    def get_build_config(self) -> dict[str, Any]:
        """Returns no shape: `config` holds every size."""
        # Not an empty dictionary: Keras would then not build, and load no weights.
        return {"input_shape": None}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Makes all weights, before a file's values are put into them."""
        self.build()

    def _maybe_symbolic_build(self, *_: Any, **__: Any) -> None:
        """Leaves out a step of `fit`, which `build` has made needless.

        Under a distribution strategy Keras takes the first batch off the data, to
        learn shapes from the mean over the replicas. That batch would go untrained,
        and replicas differ in their number of positions, so that there is no mean.
        """
