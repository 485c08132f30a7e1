"""The original notebook's own way to train, in Keras alone: for `epoch`.

Embeddings of items and days -> concatenation -> batch normalisation -> LSTM layers,
each normalised -> dot-product self-attention -> softmax over padding and all items at
every position. Padding is a step and a class like any; no layer has a mask.

Assumed: the attention is causal. Were it not, every position but the last would read
its own target, and the model would learn less; its speed would be the same.

Other than `notebook_loss.py`, which puts the notebook's loss into the product's model
and loop, nothing here is the product's.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from schemas.features import ITEM_ID, NB_DAYS

ITEM_DIM, DAY_DIM = 100, 20
UNITS = (1024, 512)
LEARNING_RATE = 0.01

Tensor = Any


def notebook_model(
    num_items: int, num_days: int, max_length: int, units: tuple[int, ...] = UNITS
) -> keras.Model:
    """Returns the notebook's model, compiled.

    Args:
      num_items: N; ids run from 0 to N + 1, classes from 0 to N.
      num_days: the largest day bucket.
      max_length: W.
      units: of the LSTM layers.
    """
    layers = keras.layers
    item_id = keras.Input((max_length,), dtype="int32", name=ITEM_ID)
    days = keras.Input((max_length,), dtype="int32", name=NB_DAYS)
    states = layers.Concatenate()(
        [
            layers.Embedding(num_items + 2, ITEM_DIM)(item_id),
            layers.Embedding(num_days + 1, DAY_DIM)(days),
        ]
    )
    states = layers.BatchNormalization()(states)
    for size in units:
        states = layers.LSTM(
            size, return_sequences=True, recurrent_initializer="glorot_normal"
        )(states)
        states = layers.BatchNormalization()(states)
    states = layers.Attention()([states, states], use_causal_mask=True)
    classes = layers.Dense(num_items + 1, activation="softmax")(states)
    model = keras.Model([item_id, days], classes)
    model.compile(
        optimizer=keras.optimizers.Adam(LEARNING_RATE),
        loss=keras.losses.SparseCategoricalCrossentropy(),
    )
    return model


class ItemLogits:
    """The notebook's model, asked as `trainer.training.validation` asks the product's.

    Args:
      model: what `notebook_model` returned.
      max_length: W: to this model padding is input, so that none may be cut.
    """

    def __init__(self, model: keras.Model, max_length: int) -> None:
        self._model = model
        self._max_length = max_length

    def __call__(self, inputs: dict[str, Tensor], training: bool = False) -> Tensor:
        """Returns float32 [`batch`, N]: log probabilities behind the last position."""
        item_id, days = (self._whole(inputs[name]) for name in (ITEM_ID, "days"))
        classes = self._model([item_id, days], training=training)
        return tf.math.log(classes[:, -1, 1:] + np.finfo(np.float32).tiny)

    def _whole(self, ids: Tensor) -> Tensor:
        missing = self._max_length - tf.shape(ids)[1]
        whole = tf.pad(ids, [[0, 0], [missing, 0]])
        return tf.ensure_shape(whole, [None, self._max_length])
