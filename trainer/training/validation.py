"""Measures a model on a held-out split while it trains."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from schemas.features import ITEM_ID, SEEN, TARGET
from trainer.batching.scoring import load_inputs, scoring_batches
from trainer.data.data_set import DataSet
from trainer.data.records import Ragged
from trainer.metrics import hit_rate, ndcg, rank_of_target

# Logits of this many numbers are held at a time.
_LOGITS_LIMIT = 1 << 26


class Validation:
    """The figures of a split at each window's last position.

    Ranks are over the whole catalogue without what the user had seen, as an answer
    of the exported model leaves it out. A target that is unknown or seen is a miss.

    Args:
      data_set: the data set.
      split: a held-out split with a record or more.
      day_feature: a key of `DAY_COLUMNS`.
      batch_size: the most windows scored at a time.
      cutoff: k of the hit rate and the NDCG.

    Attributes:
      num_targets: of the split.
      num_known: targets that the vocabulary holds.
      num_reachable: those of them that their users had not seen: the others are misses
        whatever a model answers.
    """

    def __init__(
        self,
        data_set: DataSet,
        split: str,
        day_feature: str,
        batch_size: int = 512,
        cutoff: int = 10,
    ) -> None:
        columns = load_inputs(data_set, split, day_feature, [TARGET, SEEN])
        self._columns = _by_length(columns)
        self._target = self._columns[TARGET][:, -1]
        self._day_feature = day_feature
        self._num_items = data_set.num_items
        most = max(1, _LOGITS_LIMIT // data_set.num_items)
        self._batch_size = min(batch_size, most, len(self._target))
        self._cutoff = cutoff
        known = self._known()
        self.num_targets, self.num_known = len(known), int(known.sum())
        self.num_reachable = int((known & ~self._is_seen()).sum())
        self._measure: Any = None
        self._model: Any = None

    def __call__(self, model: Any) -> dict[str, float]:
        """Returns `loss`, `hr@k` and `ndcg@k` of the model.

        `loss` is the mean over targets that the vocabulary holds; it is left out
        where there is none.
        """
        if model is not self._model:
            self._model, self._measure = model, _measure_function(model)
        ranks, losses = [], []
        for rows, inputs in scoring_batches(
            self._columns, self._day_feature, self._batch_size
        ):
            filled = rows.stop - rows.start
            missing = self._batch_size - filled
            target = np.pad(self._target[rows], (0, missing))
            seen = _few_widths(self._columns[SEEN].dense(rows.start, rows.stop))
            seen = np.pad(seen, ((0, missing), (0, 0)))
            rank, loss = self._measure(inputs, target, seen)
            ranks.append(np.asarray(rank)[:filled])
            losses.append(np.asarray(loss)[:filled])
        known = self._known()
        rank = np.concatenate(ranks)
        figures = {
            f"hr@{self._cutoff}": hit_rate(rank, self._cutoff),
            f"ndcg@{self._cutoff}": ndcg(rank, self._cutoff),
        }
        if known.any():
            loss = np.concatenate(losses)[known]
            figures = {"loss": float(np.mean(loss, dtype=np.float64)), **figures}
        return figures

    def _known(self) -> NDArray[np.bool_]:
        """Returns bool [`num_targets`]."""
        known: NDArray[np.bool_] = (self._target >= 1) & (
            self._target <= self._num_items
        )
        return known

    def _is_seen(self) -> NDArray[np.bool_]:
        """Returns whether each target is seen by its user, bool [`num_targets`]."""
        seen = self._columns[SEEN]
        rows = np.repeat(np.arange(len(seen)), np.diff(seen.row_splits))
        found = np.zeros(len(seen), np.bool_)
        found[rows[seen.values == self._target[rows]]] = True
        return found


def _by_length(columns: dict[str, Any]) -> dict[str, Any]:
    """Sorts the rows, so that a batch holds little padding (see `scoring_batches`)."""
    lengths = np.count_nonzero(columns[ITEM_ID], axis=1)
    order = np.argsort(lengths, kind="stable")
    return {
        name: value.take(order) if isinstance(value, Ragged) else value[order]
        for name, value in columns.items()
    }


def _few_widths(seen: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Pads to a power of two, so that a compiled function sees few shapes."""
    width = 1 << (seen.shape[1] - 1).bit_length()
    return np.pad(seen, ((0, 0), (0, width - seen.shape[1])))


def _measure_function(model: Any) -> Any:
    """Returns `(inputs, target, seen) -> (rank, loss)`, each float32 [`batch`].

    Not `predict`: under a distribution strategy that would give every replica the
    whole batch, and the logits would leave the device.
    """

    def measure(inputs: Any, target: Any, seen: Any) -> tuple[Any, Any]:
        logits = model(inputs, training=False)
        rank = rank_of_target(logits, target, seen)
        known = ops.logical_and(target >= 1, target <= logits.shape[1])
        column = ops.expand_dims(ops.where(known, target - 1, 0), axis=1)
        score = ops.squeeze(ops.take_along_axis(logits, column, axis=1), axis=1)
        return rank, ops.logsumexp(logits, axis=1) - score

    if keras.backend.backend() == "tensorflow":
        return tf.function(measure, reduce_retracing=True)
    return measure
