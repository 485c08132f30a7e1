"""What every next-item model has in common."""

from typing import Any

import keras
import numpy as np
from keras import ops

from schemas.features import FIRST_ITEM_ID, ITEM_ID
from trainer.layers.item_attributes import ItemAttributes
from trainer.layers.item_embedding import ItemEmbedding
from trainer.layers.item_scores import ItemScores
from trainer.layers.replicas import num_replicas, sum_over_replicas
from trainer.models.config import ModelConfig

Tensor = Any

# Keys of a model's input beside `ITEM_ID`.
DAYS = "days"
POSITIONS = "positions"
# Those of the sampled loss.
LABELS = "labels"
NEGATIVES = "negatives"
LOG_PROBABILITY = "log_probability"


class NextItemModel(keras.Model):
    """Scores every item as the next one of a history.

    A model encodes a window into one state for each position; an item's score is the
    dot product of a state and its vector, and a bias. Nothing depends on the length of
    the window, and padding in front of a history changes nothing.

    Subclasses make their layers in `__init__`, build them in `build_encoder`, and
    define `encode`. The embeddings of items, attributes and days are made and built
    here.

    Args:
      config: the sizes, a `ModelConfig` or its JSON form.
      **kwargs: of `keras.Model`. `dtype` is handed to every layer, so that a model
        comes back from a file with the precision it was saved with.
    """

    def __init__(self, config: ModelConfig | dict[str, Any], **kwargs: Any) -> None:
        # The one input of floats, `log_probability`, must not be rounded to 16 bits.
        super().__init__(**{**kwargs, "autocast": False})
        if isinstance(config, dict):
            config = ModelConfig.from_json(config)
        self.config = config
        # Whether a recurrent model may compute rows without padding, in sizes that
        # depend on the data; `compiled_model` knows where that is faster.
        self.packs_rows = False
        dtype = self.dtype_policy
        self.item_embedding = ItemEmbedding(
            config.num_items,
            config.item_embedding,
            stddev=self.item_stddev,
            dtype=dtype,
        )
        self.item_attributes: Any = None
        # Untied vectors of scores have a size of their own.
        self.untied_attributes: Any = None
        if config.item_features:
            self.item_attributes = self._attributes(config.item_embedding)
            if not config.tie_embeddings:
                self.untied_attributes = self._attributes(self.state_size)
        self.day_embedding: Any = None
        if self.uses_days:
            self.day_embedding = keras.layers.Embedding(
                config.num_day_buckets + 1,
                config.day_embedding,
                embeddings_initializer=self.day_initializer,
                dtype=dtype,
            )
        # Tied vectors have the embedding's size, which a state need not have.
        self.projection: Any = None
        if config.tie_embeddings and self.state_size != config.item_embedding:
            self.projection = keras.layers.Dense(config.item_embedding, dtype=dtype)
        self.scores = ItemScores(config.num_items, tied=config.tie_embeddings)
        # Takes the place of Keras' own `loss` in the logs: that is a mean over steps,
        # in which the partly filled last one weighs as much as any.
        self.mean_loss = keras.metrics.Mean(name="loss", dtype="float32")

    @property
    def uses_days(self) -> bool:
        """Whether the model takes day buckets beside the items."""
        return self.config.num_day_buckets > 0

    @property
    def item_stddev(self) -> float | None:
        """What `ItemEmbedding` starts from."""
        return None

    @property
    def day_initializer(self) -> Any:
        """What the vectors of day buckets start from."""
        return "uniform"

    @property
    def state_size(self) -> int:
        """The size of a position's state."""
        raise NotImplementedError

    def build_encoder(self) -> None:
        """Makes the weights of every layer that `encode` uses, embeddings apart."""
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

    def _attributes(self, dim: int) -> ItemAttributes:
        sizes = self.config.item_features
        return ItemAttributes(
            self.config.num_items, sizes, dim, dtype=self.dtype_policy
        )

    def embed_items(self, item_id: Tensor) -> Tensor:
        """Returns the vectors of item ids, [..., `item_embedding`]."""
        vectors = self.item_embedding(item_id)
        if self.item_attributes is None:
            return vectors
        return vectors + self.item_attributes(item_id)

    def embed_days(self, days: Tensor) -> Tensor:
        """Returns the vectors of day buckets, [..., `day_embedding`].

        Raises:
          ValueError: there are none, though the model was built with them.
        """
        if days is None:
            raise ValueError("`days` must be given: the model was built with them.")
        return self.day_embedding(days)

    def score(self, states: Tensor) -> Tensor:
        """Returns the logits of all items.

        Args:
          states: float [..., `state_size`].

        Returns:
          float32 [..., `num_items`]; column `j` is item id `j + 1`.
        """
        added = None
        if self.score_attributes is not None:
            added = self._attribute_vectors(ops.arange(self.config.num_items))
        return self.scores(self._projected(states), self._tied_vectors(), added)

    def start_from_popularity(self, counts: Any) -> None:
        """Sets the items' biases to the logs of their shares, up to a constant.

        Training then starts from the ranking by popularity, and not from one that
        some thousand steps of Adam would be needed to reach. Counts are smoothed by
        one (Laplace), so that an item without an event has a share.

        Args:
          counts: ints [`num_items`], events of the items 1 ... N.
        """
        logs = np.log1p(np.asarray(counts, np.float64))
        self.scores.bias.assign((logs - logs.mean()).astype(np.float32))

    @property
    def score_attributes(self) -> Any:
        """What is added to the vectors that items are scored by; None for nothing."""
        tied = self.config.tie_embeddings
        return self.item_attributes if tied else self.untied_attributes

    def set_item_values(self, ids: Any) -> None:
        """Says which values of attributes the items have, where the model uses any.

        Args:
          ids: ints [`num_items` + 2, fields], of each id a value from 1 on, or 0.
        """
        for layer in (self.item_attributes, self.untied_attributes):
            if layer is not None:
                layer.set_values(ids)

    def _attribute_vectors(self, columns: Tensor) -> Tensor:
        """Returns what attributes add to the vectors of columns of the logits."""
        return self.score_attributes.vectors(columns + FIRST_ITEM_ID)

    def _projected(self, states: Tensor) -> Tensor:
        return states if self.projection is None else self.projection(states)

    def _tied_vectors(self) -> Tensor:
        return self.item_embedding.vectors if self.scores.tied else None

    def build(self, input_shape: Any = None) -> None:
        """Makes all weights; no size depends on the input's shape."""
        self.item_embedding.build()
        for layer in (self.item_attributes, self.untied_attributes):
            if layer is not None:
                layer.build()
        if self.day_embedding is not None:
            self.day_embedding.build((None, None))
        self.build_encoder()
        size = self.state_size
        if self.projection is not None:
            self.projection.build((None, size))
            size = self.config.item_embedding
        self.scores.build((None, size))

    def call(self, inputs: dict[str, Tensor], training: bool = False) -> Tensor:
        """Returns the logits of the next item.

        Args:
          inputs: `item_id` and, if the model uses days, `days`, int32 [`batch`,
            `steps`], left-padded with 0; optionally `positions`, int32
            [`num_positions`]: indices into `batch` * `steps`, row by row; with them
            and for the sampled loss, `labels`, `negatives` and `log_probability`, as
            in `ItemScores.sampled`.
          training: whether this is a training step.

        Returns:
          float32 [`num_positions`, `num_items`] at the given positions, or where
          there are negatives [`num_positions`, 1 + `num_negatives`], the target
          first; without `positions` float32 [`batch`, `num_items`] at each row's
          last position.
        """
        states = self.encode(inputs[ITEM_ID], inputs.get(DAYS), training=training)
        if POSITIONS not in inputs:
            return self.score(states[:, -1])
        states = ops.reshape(states, (-1, self.state_size))
        states = ops.take(states, inputs[POSITIONS], axis=0)
        if NEGATIVES not in inputs:
            return self.score(states)
        return self.scores.sampled(
            self._projected(states),
            inputs[LABELS],
            inputs[NEGATIVES],
            inputs[LOG_PROBABILITY],
            self._tied_vectors(),
            None if self.score_attributes is None else self._attribute_vectors,
        )

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
