"""Small models of every kind, for tests that all of them must pass."""

import functools
import tempfile
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import pytest

from tests.support.batches import batches
from tests.support.data_sets import Window, write_data_set
from trainer.data.data_set import open_data_set
from trainer.models import ModelConfig, NextItemModel, build_model

NUM_ITEMS = 9
MAX_LENGTH = 9
HISTORIES = [[3], [1, 2, 3], [], [4, 5, 6, 7], [10, 1]]

_RECURRENT = {"item_embedding": 6, "units": (8, 5)}
_TRANSFORMER = {"item_embedding": 6, "units": (8, 5), "num_heads": 2}
_CONFIGS = {
    "lstm": {"model": "lstm", **_RECURRENT},
    "lstm-tied-plain": {
        "model": "lstm",
        **_RECURRENT,
        "tie_embeddings": True,
        "attention": False,
        "num_day_buckets": 0,
    },
    "gru": {"model": "gru", **_RECURRENT, "attention": False},
    "gru-tied": {"model": "gru", **_RECURRENT, "tie_embeddings": True},
    "transformer": {"model": "transformer", **_TRANSFORMER, "num_day_buckets": 0},
    "transformer-tied": {
        "model": "transformer",
        **_TRANSFORMER,
        "tie_embeddings": True,
    },
    "gru-attributes": {"model": "gru", **_RECURRENT, "item_features": (3, 2)},
    "transformer-attributes": {
        "model": "transformer",
        **_TRANSFORMER,
        "tie_embeddings": True,
        "item_features": (3, 2),
    },
}
CONFIGS = {
    name: ModelConfig(
        **{
            "num_items": NUM_ITEMS,
            "num_day_buckets": 4,
            "max_length": MAX_LENGTH,
            "day_embedding": 3,
            **values,
        }
    )
    for name, values in _CONFIGS.items()
}
# One of each kind, where the rest would show the same.
PLAIN = ("lstm", "gru", "transformer")

every_model = pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
each_kind = pytest.mark.parametrize(
    "config", [CONFIGS[name] for name in PLAIN], ids=PLAIN
)


def small_model(
    config: ModelConfig, seed: int = 0, dtype: str = "float32"
) -> NextItemModel:
    """Returns a model whose every weight hides no mistake, as zeros would."""
    keras.utils.set_random_seed(seed)
    model = build_model(config, dtype=dtype)
    model.build()
    generator = np.random.default_rng(seed)
    shape = (config.num_items + 2, len(config.item_features))
    # Every value has an item, and some items have none.
    model.set_item_values(np.arange(np.prod(shape)).reshape(shape) % 3)
    for weight in model.weights:
        if weight.ndim == 1:
            weight.assign(np.abs(generator.normal(size=weight.shape)) + 0.1)
        elif weight.name == "embeddings":
            weight.assign(generator.normal(scale=0.5, size=weight.shape))
    return model


@functools.cache
def shared_model(config: ModelConfig, dtype: str = "float32") -> NextItemModel:
    """Returns `small_model(config)`, for tests that leave its weights alone."""
    return small_model(config, dtype=dtype)


def small_inputs(
    config: ModelConfig, width: int, histories: Sequence[Sequence[int]] = HISTORIES
) -> dict[str, Any]:
    """Returns `item_id` and, if the model uses days, `days`, padded to `width`."""

    def padded(values: Sequence[int]) -> list[int]:
        return [0] * (width - len(values)) + list(values)

    inputs = {"item_id": np.array([padded(ids) for ids in histories], np.int32)}
    if config.num_day_buckets:
        days = [padded([j % 4 + 1 for j in ids]) for ids in histories]
        inputs["days"] = np.array(days, np.int32)
    return inputs


@functools.cache
def _batch(width: int) -> Any:
    windows = [
        Window([1, 2, 3], 4, [3, 2, 1]),
        Window([5], 6, [4]),
        Window([7, 8], 9, [2, 2]),
        Window([2, 10, 4, 5], 6, [4, 3, 2, 1]),
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = write_data_set(
            f"{folder}/data", windows, num_items=NUM_ITEMS, max_length=width
        )
        return next(iter(batches(open_data_set(path), 4, "age", seed=1)))


def small_batch(config: ModelConfig, width: int) -> Any:
    """Returns a training batch in one order of rows, padded to `width`."""
    x, y, weights = _batch(width)
    if not config.num_day_buckets:
        x = {name: value for name, value in x.items() if name != "days"}
    return x, y, weights


def values(weights: Sequence[Any]) -> list[np.ndarray]:
    """Returns copies of the values of weights."""
    return [keras.ops.convert_to_numpy(weight).copy() for weight in weights]
