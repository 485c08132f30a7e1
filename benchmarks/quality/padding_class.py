"""The notebook's model in terms of the product's: padding is an item.

Ids move up by one: padding is item 1, item j is item j + 1. Then no position is
padding to the layers, and column 0 of the logits is the class of padding.
"""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks.quality.notebook_cross_entropy import NotebookCrossEntropy
from schemas.features import ITEM_ID, PADDING_ID, TARGET
from schemas.layout import TRAIN
from trainer.batching.target_counts import count_targets
from trainer.data.data_set import DAY_COLUMNS, DataSet
from trainer.data.records import load_split
from trainer.models import build_model
from trainer.models.base import DAYS, POSITIONS
from trainer.models.config import ModelConfig
from trainer.options import TrainOptions
from trainer.training.compiled_model import auto_jit_compile
from trainer.training.optimizers import build_optimizer
from trainer.training.train import model_config

Tensor = Any


def notebook_model(data_set: DataSet, options: TrainOptions) -> Any:
    """Returns a model of the product with one item more, compiled for `fit`."""
    config = model_config(data_set, options)
    sizes = {**config.to_json(), "num_items": config.num_items + 1}
    model = build_model(ModelConfig.from_json(sizes))
    model.build()
    targets = load_split(data_set, TRAIN, [TARGET])[TARGET]
    padding = np.count_nonzero(targets == PADDING_ID)
    model.start_from_popularity(
        np.append(padding, count_targets(data_set, options.day_feature).items)
    )
    steps = math.ceil(len(targets) / options.batch_size) * options.epochs
    model.compile(
        optimizer=build_optimizer(options, steps),
        loss=NotebookCrossEntropy(),
        jit_compile=auto_jit_compile(),
    )
    return model


def notebook_batches(data_set: DataSet, options: TrainOptions) -> tf.data.Dataset:
    """Returns an epoch of whole windows, shuffled anew each time it is read.

    An element is `(x, y)`: x as `trainer.batching.batches.training_batches` gives it,
    with all `rows` * W positions and ids moved up by one; y int32 [`rows` * W], the
    classes: 0 for padding, j for item j.
    """
    days = DAY_COLUMNS[options.day_feature]
    loaded = load_split(data_set, TRAIN, [ITEM_ID, TARGET, *([days] if days else [])])
    columns = {ITEM_ID: loaded[ITEM_ID] + 1, TARGET: loaded[TARGET]}
    if days:
        columns[DAYS] = loaded[days]

    def to_step(rows: dict[str, tf.Tensor]) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
        target = tf.reshape(rows.pop(TARGET), [-1])
        return {**rows, POSITIONS: tf.range(tf.size(target))}, target

    return (
        tf.data.Dataset.from_tensor_slices(columns)
        .shuffle(len(loaded[TARGET]), seed=options.seed)
        .batch(options.batch_size)
        .map(to_step, num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
    )


class ItemColumns:
    """A model with a class for padding, asked as the product's models are.

    Takes windows of ordinary ids, and leaves the logit of padding out.

    Args:
      model: what `notebook_model` returned.
      max_length: W. Windows come without padding that none of their batch needs, but
        to this model padding is input.
    """

    # Of a product's model the scorer asks whether it learned from attributes.
    config = SimpleNamespace(item_features=())

    def __init__(self, model: Any, max_length: int) -> None:
        self._model = model
        self._max_length = max_length
        self._predict = tf.function(self.__call__, reduce_retracing=True)

    def __call__(self, inputs: dict[str, Tensor], training: bool = False) -> Tensor:
        """Returns float32 [`batch`, N], the logits of the items 1 ... N."""
        whole = {name: self._whole(inputs[name]) for name in inputs}
        whole[ITEM_ID] = whole[ITEM_ID] + 1
        return self._model(whole, training=training)[:, 1:]

    def predict_on_batch(self, inputs: dict[str, Tensor]) -> Tensor:
        """Returns what a call does, compiled."""
        tensors = {name: tf.constant(value) for name, value in inputs.items()}
        return self._predict(tensors)

    def _whole(self, ids: Tensor) -> Tensor:
        missing = self._max_length - tf.shape(ids)[1]
        return tf.pad(ids, [[0, 0], [missing, 0]])
