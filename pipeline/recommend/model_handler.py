"""Beam's RunInference around an exported model."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import tensorflow as tf
from apache_beam.ml.inference.base import ModelHandler

from pipeline.arrays import columns
from pipeline.recommend.asking import Asker, LoadedModel, asker
from pipeline.recommend.export_files import load_export, read_description
from pipeline.recommend.item_rules import ItemRules, load_ranking_rules
from pipeline.recommend.request_batches import cut_requests, padded_rows, shown_lengths
from pipeline.runners.cores import usable_cores
from schemas.exported_model import AS_OF, EVENT_DATE
from schemas.features import ITEM_ID

ANSWER_SCHEMA = pa.schema(
    [
        ("user_id", pa.string()),
        ("digest_high", pa.uint64()),
        ("digest_low", pa.uint64()),
        ("items", pa.list_(pa.string())),
        ("scores", pa.list_(pa.float32())),
        ("last_event", pa.date32()),
        ("num_events", pa.int64()),
        ("is_popular", pa.bool_()),
    ]
)
_NO_ANSWERS = pa.RecordBatch.from_pylist([], schema=ANSWER_SCHEMA)


class ExportedModelHandler(ModelHandler[bytes, bytes, LoadedModel]):
    """Asks an exported model, loaded once a worker process, for recommendations.

    An element is a serialised batch of `pipeline.recommend.requests.REQUEST_SCHEMA`,
    the requests of a whole shard, and is cut here into what the model is asked at once;
    its answer is a serialised batch of `ANSWER_SCHEMA`, in another order.

    Args:
      model: the folder of the export, local or remote.
      num_items: N, the scores that the model gives a row.
      top_k: the most items of an answer.
      as_of: the date to recommend for, or empty.
      keep_seen: whether items of the history may be recommended.
      items: rules, and the items that they leave; None: no rules.
    """

    def __init__(
        self,
        model: str,
        num_items: int,
        top_k: int,
        as_of: str,
        keep_seen: bool,
        items: ItemRules | None = None,
    ) -> None:
        # An element is many batches by itself.
        super().__init__(min_batch_size=1, max_batch_size=1)
        self._model = model
        self._num_items = num_items
        self._top_k = top_k
        self._as_of = as_of
        self._keep_seen = keep_seen
        self._items = items

    def load_model(self) -> LoadedModel:
        """Returns the loaded export, and what the rules need of it.

        Raises:
          UserError: it can't be loaded.
        """
        _use_one_thread_an_op()
        export, rules = load_export(self._model), None
        if self._items is not None:
            description = read_description(self._model)
            rules = load_ranking_rules(self._model, description, self._items)
        return LoadedModel(export, rules)

    def run_inference(
        self, batch: Sequence[bytes], model: LoadedModel, inference_args: Any = None
    ) -> Iterable[bytes]:
        """Yields the answers to the requests of each shard."""
        ask = asker(model, self._top_k, self._keep_seen)
        answer = partial(answer_requests, ask, self._as_of)
        with ThreadPoolExecutor(usable_cores()) as threads:
            for element in batch:
                requests = columns.from_bytes(element)
                parts = threads.map(answer, cut_requests(requests, self._num_items))
                yield columns.to_bytes(columns.concatenate([_NO_ANSWERS, *parts]))

    def get_num_bytes(self, batch: Sequence[bytes]) -> int:
        """Returns the bytes of `batch`, for Beam's metrics."""
        return sum(len(element) for element in batch)

    def get_metrics_namespace(self) -> str:
        """Returns the name under which Beam counts."""
        return "seamstress_recommend"


def answer_requests(ask: Asker, as_of: str, requests: pa.RecordBatch) -> pa.RecordBatch:
    """Answers one of the batches that `cut_requests` makes."""
    tensors = request_tensors(requests)
    num_rows = tensors[ITEM_ID].shape[0]
    inputs = {**tensors, AS_OF: tf.constant([as_of] * num_rows)}
    return answer_batch(requests, *ask(inputs, len(requests)))


def request_tensors(requests: pa.RecordBatch) -> dict[str, tf.Tensor]:
    """Returns `item_id` and `event_date`, string [rows, steps], padded in front.

    There are blank rows behind the last one, as many as `padded_rows` says. Events of a
    history that is not usable have no date: they are seen, and no input.
    """
    lengths = shown_lengths(requests)
    longest = int(lengths.max(initial=1))
    filled = np.zeros([padded_rows(len(requests), longest), longest], bool)
    filled[: len(lengths)] = np.arange(longest) >= longest - lengths[:, np.newaxis]
    days = requests.column("days").flatten().to_numpy().astype("datetime64[D]")
    usable = requests.column("is_usable").to_numpy(zero_copy_only=False)
    dates = np.datetime_as_string(days).astype(object)
    dates[np.repeat(~usable, lengths)] = ""
    items = requests.column("items").flatten().to_numpy(zero_copy_only=False)
    return {ITEM_ID: _texts(items, filled), EVENT_DATE: _texts(dates, filled)}


def _texts(values: npt.NDArray[Any], filled: npt.NDArray[np.bool_]) -> tf.Tensor:
    table = np.full(filled.shape, "", object)
    table[filled] = values
    return tf.constant(table, tf.string)


def answer_batch(
    requests: pa.RecordBatch, items: npt.NDArray[Any], scores: npt.NDArray[np.float32]
) -> pa.RecordBatch:
    """Returns the answers as a batch of `ANSWER_SCHEMA`.

    Args:
      requests: what was asked.
      items: bytes [rows, k], best first; empty where fewer are left.
      scores: float32 [rows, k].
    """
    is_item = items != b""
    offsets = pa.array(
        np.concatenate([[0], np.cumsum(is_item.sum(axis=1))]), pa.int32()
    )
    texts = pa.array(items[is_item].tolist(), pa.binary()).cast(pa.string())
    usable = requests.column("is_usable").to_numpy(zero_copy_only=False)
    return pa.record_batch(
        [
            requests.column("user_id"),
            requests.column("digest_high"),
            requests.column("digest_low"),
            pa.ListArray.from_arrays(offsets, texts),
            pa.ListArray.from_arrays(offsets, pa.array(scores[is_item], pa.float32())),
            requests.column("last_day").cast(pa.int32()).cast(pa.date32()),
            requests.column("num_events"),
            pa.array(~usable),
        ],
        schema=ANSWER_SCHEMA,
    )


def _use_one_thread_an_op() -> None:
    """Has TensorFlow work on each op with one thread; batches share out the CPUs.

    It is faster, and the scores are the same on any number of CPUs: where threads
    divide an op, the last digits depend on where they divide it.
    """
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
    except RuntimeError:
        # TensorFlow runs already, as where another program calls this one's `main`.
        return
