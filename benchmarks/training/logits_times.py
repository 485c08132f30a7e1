"""Times one case of `logits`."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.common.timing import alternate
from benchmarks.training.every_position import EveryPosition, at_every_position
from benchmarks.training.logits import PRODUCT, VALIDATION_PRODUCT, CaseTimes
from schemas.features import ITEM_ID, PADDING_ID
from schemas.layout import EVAL, TRAIN
from trainer.batching.batch_plan import plan_batches
from trainer.batching.batches import BatchSettings, training_batches
from trainer.batching.target_counts import count_targets
from trainer.batching.training_rows import rows_in_memory
from trainer.batching.widths import window_widths
from trainer.data.data_set import DataSet, open_data_set
from trainer.devices import set_up_devices
from trainer.models import NextItemModel
from trainer.options import TrainOptions
from trainer.training.compiled_model import compiled_model
from trainer.training.train import model_config
from trainer.training.validation import Validation

# Sums of float32 in another order.
_TOLERANCE = 1e-4


def measure_case(
    name: str, options: TrainOptions, steps: int, rounds: int
) -> CaseTimes:
    """Times training and validation with logits where needed and everywhere.

    Args:
      name: of the case.
      options: model and data set; nothing is written.
      steps: training steps of a round.
      rounds: timed rounds of each way.

    Raises:
      UserError: the data set cannot be read.
      ValueError: the ways do not compute the same.
    """
    data_set = open_data_set(options.data)
    ways = _training_sets(data_set, options, steps)
    models = {way: _model(data_set, options) for way in ways}
    _check_losses(models[PRODUCT], list(ways.values()))
    training = alternate(
        {
            way: partial(models[way].fit, batches, shuffle=False, verbose=0)
            for way, batches in ways.items()
        },
        rounds,
    )
    windows = sum(
        int(np.count_nonzero(x[ITEM_ID].numpy()[:, -1] != PADDING_ID))
        for x, _, _ in ways[PRODUCT]
    )
    model = models[PRODUCT]
    validation = _validations(data_set, options, model)
    _check_figures([validate() for validate in validation.values()])
    return CaseTimes(
        case=name,
        steps=steps,
        windows=windows,
        training=training,
        validated=data_set.num_records(EVAL),
        validation=alternate(validation, rounds),
    )


def _training_sets(
    data_set: DataSet, options: TrainOptions, steps: int
) -> dict[str, tf.data.Dataset]:
    """Returns the same batches for each way, cached: what is timed is the model."""
    settings = BatchSettings(
        options.day_feature,
        plan_batches(
            count_targets(data_set, options.day_feature, options.train_positions),
            data_set.max_length,
            min(options.batch_size, data_set.num_records(TRAIN)),
        ),
        options.train_positions,
        seed=options.seed,
    )
    rows = rows_in_memory(data_set, TRAIN, options.day_feature)
    batches = training_batches(data_set, TRAIN, settings, rows).take(steps)
    max_length = data_set.max_length
    ways = {PRODUCT: batches}
    if len(window_widths(max_length)) == 1:
        ways["every position"] = batches.map(at_every_position)
    else:
        ways["every position, cut"] = batches.map(at_every_position)
        ways["every position, whole"] = batches.map(
            lambda x, y, weights: at_every_position(x, y, weights, max_length)
        )
    # Their number is lost in `training_batches`, and `fit` asks for it.
    exactly = tf.data.experimental.assert_cardinality(steps)
    return {name: way.apply(exactly).cache() for name, way in ways.items()}


def _model(data_set: DataSet, options: TrainOptions) -> NextItemModel:
    """Returns the same fresh model each time, compiled as `train` does."""
    keras.utils.set_random_seed(options.seed)
    config = model_config(data_set, options)
    model = compiled_model(config, options, set_up_devices(), num_steps=1)
    model.start_from_popularity(count_targets(data_set, options.day_feature).items)
    return model


def _check_losses(model: Any, ways: Sequence[tf.data.Dataset]) -> None:
    """Raises `ValueError` where a batch has another loss in another way."""
    for number, elements in enumerate(zip(*ways, strict=True)):
        losses = [float(model.loss(y, model(x), w)) for x, y, w in elements]
        if not np.allclose(losses, losses[0], rtol=_TOLERANCE):
            raise ValueError(f"Losses of batch {number} differ between ways: {losses}.")


def _validations(
    data_set: DataSet, options: TrainOptions, model: NextItemModel
) -> dict[str, Any]:
    """Returns what validates the model in each way."""
    asked = {VALIDATION_PRODUCT: model, "every position": EveryPosition(model)}
    return {
        name: partial(
            Validation(data_set, EVAL, options.day_feature, options.batch_size), each
        )
        for name, each in asked.items()
    }


def _check_figures(figures: Sequence[dict[str, float]]) -> None:
    """Raises `ValueError` where a way validates to another loss.

    Hit rate and NDCG are not compared: a tie that rounding breaks may move a rank.
    """
    losses = [each["loss"] for each in figures]
    if not np.allclose(losses, losses[0], rtol=_TOLERANCE):
        raise ValueError(f"Validation losses differ between ways: {losses}.")
