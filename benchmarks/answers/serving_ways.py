"""Asks exported models and the notebook's, in turns."""

import tempfile
import time
from collections.abc import Callable, Mapping
from itertools import cycle, islice
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.answers.serving import BATCH, FLOOR, ON_BATCH, PREDICT, Asked
from benchmarks.common.matrix_speed import multiply_adds_a_second
from benchmarks.common.trained_runs import logit_multiply_adds, multiply_adds
from schemas.exported_model import (
    AS_OF,
    DEFAULT_TOP_K,
    EVENT_DATE,
    SERVING_DEFAULT,
    TOP_K,
)
from schemas.features import ITEM_ID, unknown_id
from trainer.data.data_set import DataSet, open_data_set
from trainer.run_files import EXPORT
from trainer.runs import load_run
from trainer.serving.examples import example_requests
from trainer.serving.requests import Request

# Untimed calls before the first round: those are traced, and caches filled.
_WARM_UP = 5

# Of the notebook.
_ITEM_EMBEDDING, _DAY_EMBEDDING, _UNITS, _DAY_BUCKETS = 100, 20, (1024, 512), 100

Ask = Callable[[], object]


def ask_in_turns(
    runs: Mapping[str, str], data: str, requests: int, rounds: int
) -> list[Asked]:
    """Asks every way in turns.

    Args:
      runs: folders of trained runs by the names of their rows.
      data: the data set that they were trained on, whose histories are asked.
      requests: single requests of a round; a tenth as many batches.
      rounds: how often each way has its turn.

    Raises:
      UserError: a run or the data set cannot be read.
    """
    data_set = open_data_set(data)
    # The longest histories of the data set, again where it has too few.
    histories = list(islice(cycle(example_requests(data_set, BATCH)), BATCH))
    single: dict[str, Ask] = {}
    batched: dict[str, Ask] = {}
    for name, run in runs.items():
        ask = tf.saved_model.load(f"{run}/{EXPORT}").signatures[SERVING_DEFAULT]
        single[name] = _asking(ask, histories[:1])
        batched[name] = _asking(ask, histories)
    notebook = notebook_model(data_set.num_items, data_set.max_length)
    one, many = (_ids(data_set, count) for count in (1, BATCH))
    single[PREDICT] = lambda: notebook.predict(one, verbose=0)
    single[ON_BATCH] = lambda: notebook.predict_on_batch(one)
    batched[PREDICT] = lambda: notebook.predict(many, batch_size=BATCH, verbose=0)
    batched[ON_BATCH] = lambda: notebook.predict_on_batch(many)
    single[FLOOR] = _asking(_nothing(), histories[:1])
    times = _in_turns(single, requests, rounds)
    batch_times = _in_turns(batched, max(1, requests // 10), rounds)
    floors = {name: _batch_floor(run) for name, run in runs.items()}
    return [
        Asked(name, times[name], batch_times.get(name, ()), floors.get(name))
        for name in single
    ]


def _in_turns(
    ways: Mapping[str, Ask], number: int, rounds: int
) -> dict[str, list[float]]:
    """Returns the milliseconds of each call, by way."""
    for ask in ways.values():
        for _ in range(_WARM_UP):
            ask()
    milliseconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds):
        names = list(ways)
        for name in names if turn % 2 == 0 else reversed(names):
            for _ in range(number):
                started = time.perf_counter()
                ways[name]()
                milliseconds[name].append((time.perf_counter() - started) * 1e3)
    return milliseconds


def _asking(ask: Callable[..., Any], requests: list[Request]) -> Ask:
    """Returns what a client does for these requests: tensors in, arrays out."""
    longest = max(len(request.history) for request in requests)
    rows = [
        [("", "")] * (longest - len(request.history)) + list(request.history)
        for request in requests
    ]
    dates = [[date for date, _ in row] for row in rows]
    items = [[item for _, item in row] for row in rows]
    as_of = [request.as_of for request in requests]

    def call() -> list[Any]:
        answer = ask(
            **{
                ITEM_ID: tf.constant(items),
                EVENT_DATE: tf.constant(dates),
                AS_OF: tf.constant(as_of),
                TOP_K: tf.constant(DEFAULT_TOP_K),
            }
        )
        return [value.numpy() for value in answer.values()]

    return call


class _Nothing(tf.Module):
    """Takes what the exported model takes, and answers a constant."""

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None], tf.string, ITEM_ID),
            tf.TensorSpec([None, None], tf.string, EVENT_DATE),
            tf.TensorSpec([None], tf.string, AS_OF),
            tf.TensorSpec([], tf.int32, TOP_K),
        ]
    )
    def answer(
        self,
        item_id: tf.Tensor,
        event_date: tf.Tensor,
        as_of: tf.Tensor,
        top_k: tf.Tensor,
    ) -> dict[str, tf.Tensor]:
        """Returns two constants."""
        return {ITEM_ID: tf.constant([[""]]), "score": tf.constant([[0.0]])}


def _nothing() -> Any:
    with tempfile.TemporaryDirectory() as folder:
        module = _Nothing()
        tf.saved_model.save(module, folder, {SERVING_DEFAULT: module.answer})
        return tf.saved_model.load(folder).signatures[SERVING_DEFAULT]


def notebook_model(num_items: int, max_length: int) -> keras.Model:
    """Returns the notebook's model as it wrote it, with fresh weights.

    Args:
      num_items: N; there is one class more, for padding.
      max_length: W.
    """
    item_id = keras.Input((max_length,), dtype="int32")
    days = keras.Input((max_length,), dtype="int32")
    states = keras.layers.Concatenate()(
        [
            keras.layers.Embedding(num_items + 1, _ITEM_EMBEDDING)(item_id),
            keras.layers.Embedding(_DAY_BUCKETS + 1, _DAY_EMBEDDING)(days),
        ]
    )
    states = keras.layers.BatchNormalization()(states)
    for units in _UNITS:
        states = keras.layers.LSTM(
            units, return_sequences=True, recurrent_initializer="glorot_normal"
        )(states)
        states = keras.layers.BatchNormalization()(states)
    states = keras.layers.Attention()([states, states], use_causal_mask=True)
    shares = keras.layers.Dense(num_items + 1, activation="softmax")(states)
    return keras.Model([item_id, days], shares)


def _ids(data_set: DataSet, rows: int) -> list[np.ndarray[Any, Any]]:
    """Returns item ids and day buckets, int32 [`rows`, W] each."""
    generator = np.random.default_rng(0)
    size = (rows, data_set.max_length)
    return [
        generator.integers(1, highest, size, dtype=np.int32)
        for highest in (unknown_id(data_set.num_items), _DAY_BUCKETS + 1)
    ]


def _batch_floor(run: str) -> float:
    """Returns the milliseconds of a batch's multiply-adds."""
    model, _ = load_run(run)
    config = model.config
    work = BATCH * (
        config.max_length * multiply_adds(model) + logit_multiply_adds(model)
    )
    speed = multiply_adds_a_second()
    return float(work / speed * 1e3)
