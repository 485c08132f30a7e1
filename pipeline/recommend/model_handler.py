"""Beam's RunInference around an exported model."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import tensorflow as tf
from apache_beam.ml.inference.base import ModelHandler

from pipeline import columns
from pipeline.histories import from_batch
from pipeline.recommend.requests import IS_USABLE
from schemas.errors import UserError
from schemas.exported_model import (
    AS_OF,
    EVENT_DATE,
    KEEP_SEEN,
    SCORE,
    SERVING_DEFAULT,
    TOP_K,
    Description,
    description_path,
)
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


class ExportedModelHandler(ModelHandler[bytes, bytes, Any]):
    """Asks an exported model, loaded once a worker process, for recommendations.

    An element is a serialised batch of `pipeline.recommend.requests`, which is already
    as many histories as the model is asked at once; its answer is a serialised batch of
    `ANSWER_SCHEMA`, in the same order.

    Args:
      model: the folder of the export.
      top_k: the most items of an answer.
      as_of: the date to recommend for, or empty.
      keep_seen: whether items of the history may be recommended.
    """

    def __init__(self, model: str, top_k: int, as_of: str, keep_seen: bool) -> None:
        # An element is a batch by itself.
        super().__init__(min_batch_size=1, max_batch_size=1)
        self._model = model
        self._top_k = top_k
        self._as_of = as_of
        self._keep_seen = keep_seen

    def load_model(self) -> Any:
        """Returns the loaded export.

        Raises:
          UserError: it can't be loaded.
        """
        return load_export(self._model)

    def run_inference(
        self, batch: Sequence[bytes], model: Any, inference_args: Any = None
    ) -> Iterable[bytes]:
        """Yields the answers to each batch of requests."""
        name = KEEP_SEEN if self._keep_seen else SERVING_DEFAULT
        ask = model.signatures[name]
        for element in batch:
            requests = columns.from_bytes(element)
            answer = ask(
                **request_tensors(requests),
                **{
                    AS_OF: tf.constant([self._as_of] * len(requests)),
                    TOP_K: tf.constant(self._top_k),
                },
            )
            items, scores = answer[ITEM_ID].numpy(), answer[SCORE].numpy()
            yield columns.to_bytes(answer_batch(requests, items, scores))

    def get_metrics_namespace(self) -> str:
        """Returns the name under which Beam counts."""
        return "seamstress_recommend"


def load_export(model: str) -> Any:
    """Loads an exported model.

    Raises:
      UserError: it can't be loaded.
    """
    try:
        return tf.saved_model.load(model)
    # IndexError: TensorFlow's word for a file of weights that was cut short.
    except (OSError, ValueError, IndexError, tf.errors.OpError) as error:
        raise UserError(
            f"{model} cannot be loaded ({_first_line(error)}); export the model again "
            "with `python -m trainer train`."
        ) from error


def read_description(model: str) -> Description:
    """Reads what an export says of itself, before anything runs.

    Raises:
      UserError: the folder holds no export of this version.
    """
    path = description_path(model)
    remedy = (
        "name the folder `model` in what `python -m trainer train --output RUN` wrote, "
        "RUN/model"
    )
    try:
        if not tf.io.gfile.exists(path):
            raise UserError(
                f"--model {model} holds no exported model of Seamstress; {remedy}."
            )
        with tf.io.gfile.GFile(path, "rb") as stream:
            return Description.from_json(stream.read().decode())
    except (ValueError, tf.errors.OpError) as error:
        raise UserError(
            f"{path} cannot be read ({_first_line(error)}); export the model again "
            "with `python -m trainer train` of this version."
        ) from error


def request_tensors(requests: pa.RecordBatch) -> dict[str, tf.Tensor]:
    """Returns `item_id` and `event_date`, string [`rows`, `steps`], padded in front.

    Events of a history that is not usable have no date: they are seen, and no input.
    """
    histories = from_batch(requests)
    lengths = histories.lengths
    longest = max(1, int(lengths.max(initial=0)))
    filled = np.arange(longest) >= longest - lengths[:, np.newaxis]
    dates = np.datetime_as_string(histories.days.astype("datetime64[D]"))
    usable = requests.column(IS_USABLE).to_numpy(zero_copy_only=False)
    dates = np.where(np.repeat(usable, lengths), dates.astype(object), "")
    items = np.asarray(histories.items.to_pylist(), object)[histories.item_codes]
    return {
        ITEM_ID: _texts(items, filled),
        EVENT_DATE: _texts(dates, filled),
    }


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
      items: bytes [`rows`, k], best first; empty where fewer are left.
      scores: float32 [`rows`, k].
    """
    is_item = items != b""
    offsets = pa.array(
        np.concatenate([[0], np.cumsum(is_item.sum(axis=1))]), pa.int32()
    )
    histories = from_batch(requests)
    lengths = histories.lengths
    last = np.maximum(histories.offsets[1:] - 1, 0)
    days = np.append(histories.days, 0)[np.minimum(last, len(histories.days))]
    usable = requests.column(IS_USABLE).to_numpy(zero_copy_only=False)
    return pa.record_batch(
        [
            requests.column("user").cast(pa.string()),
            requests.column("digest_high"),
            requests.column("digest_low"),
            pa.ListArray.from_arrays(
                offsets,
                pa.array(items[is_item].tolist(), pa.binary()).cast(pa.string()),
            ),
            pa.ListArray.from_arrays(offsets, pa.array(scores[is_item], pa.float32())),
            pa.array(days.astype(np.int32), pa.int32(), mask=lengths == 0).cast(
                pa.date32()
            ),
            pa.array(lengths, pa.int64()),
            pa.array(~usable),
        ],
        schema=ANSWER_SCHEMA,
    )


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).strip().splitlines()[0]
