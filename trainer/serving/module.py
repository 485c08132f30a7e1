"""The exported model: raw histories in, recommendations out."""

import functools
from typing import Any

import tensorflow as tf

from schemas.exported_model import (
    DEFAULT_TOP_K,
    MOST_TOP_K,
    SCORE,
    VOCABULARY_ID,
    Description,
)
from schemas.features import (
    ITEM_ID,
    PADDING_ID,
    RAW_AGES,
    RAW_GAPS,
    RAW_ITEMS,
    SEEN,
)
from trainer.data.data_set import DATE, DAY_COLUMNS
from trainer.data.transform_inputs import blank_inputs
from trainer.models.base import DAYS
from trainer.serving import ranking
from trainer.serving.history import Window, latest_window

_TEXTS = tf.TensorSpec([None, None], tf.string)
_SIGNATURE = (
    _TEXTS,
    _TEXTS,
    tf.TensorSpec([None], tf.string),
    tf.TensorSpec([], tf.int32),
)
_ADJUSTED_SIGNATURE = (
    _TEXTS,
    _TEXTS,
    tf.TensorSpec([None], tf.float32),
    *_SIGNATURE[2:],
    tf.TensorSpec([], tf.bool),
)


class Recommender(tf.Module):
    """tf.Transform's graph and a model behind the questions of a server.

    All methods take and give the same:

    - `item_id`: string [batch, n] items of each history in any order, empty text
      where there is no event. Items outside the vocabulary are allowed.
    - `event_date`: string [batch, n] their dates (`trainer.serving.date_format`).
    - `as_of`: string [batch], or [1] for all rows: the date or date-time asked for.
      Empty, no date, or left out: the later of the reference day and the row's last
      event day.
    - `top_k`: int32 scalar, k; 10 if left out. Negative values are an error, and so are
      those above 10,000 where the catalogue has not as many items.

    They return `item_id`, string [batch, k], and `score`, float32 [batch, k], best
    first; empty text and -inf where fewer than k items are left. Scores are the
    model's logits. A row without an event that could be an input gets the popular
    items, with minus the log of an item's rank as its score.

    `adjusted` takes two more. Rules of `schemas.rules.ranking_rules` come this way:

    - `adjustment`: float32 [num_items], added to the scores of the items 1 ... N in
      their order, those of the popular items too; an item at -inf is left out.
    - `keep_seen`: bool scalar, whether items of the history may be answered; not if
      left out.

    It also returns `vocabulary_id`, int64 [batch, k]: the items' ids, 0 at blanks.

    The latest `max_length` events that have an item and a valid date not after
    `as_of` are the input, sorted by moment, those of one moment in the order given.
    """

    def __init__(
        self,
        transform_graph: Any,
        vocabulary_path: str,
        model: Any,
        description: Description,
    ) -> None:
        """Puts the parts together, and loads the vocabulary.

        Args:
          transform_graph: tf.Transform's SavedModel, loaded.
          vocabulary_path: the items, one a line, by id from 1.
          model: a `NextItemModel` on Keras' TensorFlow backend.
          description: what the export holds.
        """
        super().__init__(name="recommender")
        self._transform = transform_graph
        # The weights alone, and the model where tf.Module does not look: a tracked
        # Keras variable is saved as two, of which a server restores the one that no
        # op reads.
        self._variables = [variable.value for variable in model.weights]
        self._logits = functools.partial(model, training=False)
        self._items = tf.lookup.StaticHashTable(
            tf.lookup.TextFileInitializer(
                vocabulary_path,
                key_dtype=tf.int64,
                key_index=tf.lookup.TextFileIndex.LINE_NUMBER,
                value_dtype=tf.string,
                value_index=tf.lookup.TextFileIndex.WHOLE_LINE,
            ),
            default_value="",
        )
        self._max_length = description.max_length
        self._reference_day = description.reference_day
        self._num_items = description.num_items
        self._day_column = DAY_COLUMNS[description.day_feature]
        self._dated = description.day_feature == DATE

    # Defaults that are tensors go into the signature, where TensorFlow Serving finds
    # them, and into the method that `tf.saved_model.load` restores.
    @tf.function(input_signature=_SIGNATURE)
    def recommend(
        self,
        item_id: tf.Tensor,
        event_date: tf.Tensor,
        as_of: tf.Tensor = tf.constant([""]),  # noqa: B008
        top_k: tf.Tensor = tf.constant(DEFAULT_TOP_K),  # noqa: B008
    ) -> dict[str, tf.Tensor]:
        """Answers with items that no event up to `as_of` or without a date names."""
        scores, seen = self._scores(item_id, event_date, as_of)
        return self._answer(ranking.leave_out(scores, seen), top_k)

    @tf.function(input_signature=_SIGNATURE)
    def keep_seen(
        self,
        item_id: tf.Tensor,
        event_date: tf.Tensor,
        as_of: tf.Tensor = tf.constant([""]),  # noqa: B008
        top_k: tf.Tensor = tf.constant(DEFAULT_TOP_K),  # noqa: B008
    ) -> dict[str, tf.Tensor]:
        """Answers with any item, those of the history too."""
        scores, _ = self._scores(item_id, event_date, as_of)
        return self._answer(scores, top_k)

    @tf.function(input_signature=_ADJUSTED_SIGNATURE)
    def adjusted(
        self,
        item_id: tf.Tensor,
        event_date: tf.Tensor,
        adjustment: tf.Tensor,
        as_of: tf.Tensor = tf.constant([""]),  # noqa: B008
        top_k: tf.Tensor = tf.constant(DEFAULT_TOP_K),  # noqa: B008
        keep_seen: tf.Tensor = tf.constant(False),  # noqa: B008
    ) -> dict[str, tf.Tensor]:
        """Answers by scores to which an adjustment was added."""
        tf.debugging.assert_equal(
            tf.size(adjustment),
            self._num_items,
            message="`adjustment` must hold a number for each of the "
            f"{self._num_items} items.",
        )
        scores, seen = self._scores(item_id, event_date, as_of)
        # Ids of no item leave nothing out.
        no_item = tf.constant(PADDING_ID, seen.dtype)
        seen = seen.with_values(tf.where(keep_seen, no_item, seen.values))
        ids, values = self._best(ranking.leave_out(scores + adjustment, seen), top_k)
        return {**self._named(ids, values), VOCABULARY_ID: ids}

    def _scores(
        self, item_id: tf.Tensor, event_date: tf.Tensor, as_of: tf.Tensor
    ) -> tuple[tf.Tensor, tf.SparseTensor]:
        """Returns float32 [batch, num_items] and the ids [batch, any] of the items."""
        shape = tf.shape(item_id)
        tf.debugging.assert_equal(
            shape,
            tf.shape(event_date),
            message="`item_id` and `event_date` must have the same shape.",
        )
        window = latest_window(
            item_id,
            event_date,
            tf.broadcast_to(as_of, shape[:1]),
            self._max_length,
            self._reference_day,
        )
        example = self._transform.transform_fn(self._raw_features(window))
        inputs = {ITEM_ID: tf.cast(example[ITEM_ID], tf.int32)}
        if self._day_column is not None:
            inputs[DAYS] = tf.cast(example[self._day_column], tf.int32)
        # tf.Transform's graph forgets its shapes.
        inputs = {
            name: tf.ensure_shape(value, [None, self._max_length])
            for name, value in inputs.items()
        }
        logits = tf.cast(self._logits(inputs), tf.float32)
        scores = tf.where(
            tf.reduce_any(window.is_event, axis=1, keepdims=True),
            logits,
            ranking.popularity_scores(self._num_items),
        )
        return scores, example[SEEN]

    def _raw_features(self, window: Window) -> dict[str, tf.Tensor | tf.SparseTensor]:
        """Returns the transform graph's inputs, blank where they change no id.

        The target is blank: it is what the model is asked for.
        """
        batch = tf.shape(window.seen, out_type=tf.int64)[0]
        ages = window.ages
        if self._dated:
            ages = tf.maximum(self._reference_day - window.days, 0)
        known = {
            RAW_ITEMS: tf.pad(window.items, [[0, 0], [0, 1]], constant_values=""),
            RAW_AGES: ages,
            RAW_GAPS: window.gaps,
            SEEN: tf.sparse.from_dense(window.seen),
        }
        return {**blank_inputs(batch, self._max_length), **known}

    def _answer(self, scores: tf.Tensor, top_k: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the answer from scores, -inf for what must be left out."""
        return self._named(*self._best(scores, top_k))

    def _best(self, scores: tf.Tensor, top_k: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the ids and scores of the best items, -inf at what is left out."""
        most = max(self._num_items, MOST_TOP_K)
        few = tf.debugging.assert_less_equal(
            top_k, most, message=f"`top_k` must be at most {most}."
        )
        # Else the blanks would be made while the check fails.
        with tf.control_dependencies([few]):
            return ranking.best(scores, tf.identity(top_k))

    def _named(self, ids: tf.Tensor, scores: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the answer that holds the items of some ids."""
        # The table's keys are line numbers from 0; -1 is none of them.
        return {ITEM_ID: self._items.lookup(ids - 1), SCORE: scores}
