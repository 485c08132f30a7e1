"""A trained run as a scorer."""

import logging
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from schemas.errors import UserError
from schemas.features import DAY, GAP_DAYS, ITEM_ID, PADDING_ID, VOCABULARY_FILENAME
from schemas.vocabulary import vocabulary_lines
from trainer.array_types import Batch, Scores
from trainer.batching.scoring import needed_columns
from trainer.data.data_set import DATE, DAY_COLUMNS, DataSet
from trainer.data.date_buckets import DateBuckets
from trainer.evaluation import GAP_HIDDEN
from trainer.learned_from import difference
from trainer.models.base import DAYS, NextItemModel
from trainer.run_files import EXPORT
from trainer.runs import load_run, read_metrics, read_options
from trainer.storage.stand_ins import local

# Day columns whose last value is the days to the target. The last age tells them too,
# less directly, in held-out windows that are dated from the target (README).
TELLS_NEXT_DAY = frozenset({GAP_DAYS})


_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ModelScorer:
    """Scores the items by a model's logits at the last position of each history.

    Attributes:
      name: the name in tables and JSON.
      model: the model.
      day_feature: the days that it takes, a key of `DAY_COLUMNS`.
      date_buckets: what `date` is read by; None for other day features.
      hides_last_gap: whether the model is kept from knowing when the target comes:
        the bucket of the last input is then 0, the id of padding, as if unknown.
    """

    name: str
    model: NextItemModel
    day_feature: str
    date_buckets: DateBuckets | None = None
    hides_last_gap: bool = False

    @property
    def is_told_next_day(self) -> bool:
        """Whether the model learns from its input when the target comes."""
        return (
            DAY_COLUMNS[self.day_feature] in TELLS_NEXT_DAY and not self.hides_last_gap
        )

    @property
    def has_attributes(self) -> bool:
        """Whether the model learned from attributes of items."""
        return bool(self.model.config.item_features)

    def without_last_gap(self) -> "ModelScorer":
        """Returns a scorer of the same model that does not know the last gap.

        Baselines do not know it, so it is what compares with them.
        """
        return replace(self, name=f"{self.name} {GAP_HIDDEN}", hides_last_gap=True)

    def score(self, batch: Batch) -> Scores:
        """Returns float32 [B, N], the logits.

        Columns that are padding in every row are cut off: they change no logit.
        """
        inputs = {ITEM_ID: batch[ITEM_ID]}
        days = DAY_COLUMNS[self.day_feature]
        if self.date_buckets is not None:
            inputs[DAYS] = self.date_buckets(batch[ITEM_ID], batch[DAY])
        elif days is not None:
            inputs[DAYS] = batch[days]
            if self.hides_last_gap and days in TELLS_NEXT_DAY:
                inputs[DAYS] = inputs[DAYS].copy()
                inputs[DAYS][:, -1] = PADDING_ID
        needed = needed_columns(batch[ITEM_ID])
        logits = self._logits(
            {name: values[:, needed] for name, values in inputs.items()}
        )
        return np.asarray(logits)

    @cached_property
    def _logits(self) -> Any:
        """The model as a compiled function.

        Not `predict_on_batch` where it can be helped: it copies the logits twice.
        """
        model: Any = self.model
        if keras.backend.backend() != "tensorflow":
            return model.predict_on_batch
        return tf.function(partial(model, training=False), reduce_retracing=True)


def load_run_scorers(path: str, data_set: DataSet) -> list[ModelScorer]:
    """Reads a run, and again with the last gap hidden where its model is told it.

    A model that never met an unknown gap in training is not measured without one: the
    vector of bucket 0 is then what chance made it. A warning says so.

    Raises:
      UserError: as `load_run_scorer`.
    """
    scorer = load_run_scorer(path, data_set)
    if not scorer.is_told_next_day:
        return [scorer]
    if not read_options(path).unknown_rate:
        _logger.warning(
            "%s is told when the next event comes, as no baseline is, and there is no "
            "row %s of it: trained with --unknown_rate 0 it never learned what to make "
            "of an unknown gap",
            path,
            GAP_HIDDEN,
        )
        return [scorer]
    return [scorer, scorer.without_last_gap()]


def load_run_scorer(path: str, data_set: DataSet) -> ModelScorer:
    """Reads a finished run that is to be measured on a data set.

    A run of a data set of other settings or other files is measured with a warning:
    what a model of last week is worth today is a fair question.

    Raises:
      UserError: there is no finished run, it is damaged, or it was trained on a data
        set whose items or days have other ids, or whose windows have another length.
    """
    model, options = load_run(path)
    num_buckets = data_set.day_buckets(options.day_feature)
    for what, of_model, of_data in (
        ("items", model.config.num_items, data_set.num_items),
        (f"{options.day_feature} buckets", model.config.num_day_buckets, num_buckets),
        ("inputs a window", model.config.max_length, data_set.max_length),
    ):
        if of_model != of_data:
            raise _of_another(path, data_set, f"{of_model} {what} against {of_data}")
    if _exported_vocabulary(path) not in (None, data_set.vocabulary):
        raise _of_another(path, data_set, "the same number of items, but other ones")
    if differs := difference(read_metrics(path), data_set.manifest):
        _logger.warning(
            "%s was trained on a data set of other %s than %s: it may have learned "
            "from what is held out here",
            path,
            differs,
            data_set.path,
        )
    dated = DateBuckets.load(data_set) if options.day_feature == DATE else None
    return ModelScorer(options.model, model, options.day_feature, dated)


def _exported_vocabulary(path: str) -> list[bytes] | None:
    """Returns the items that the run's export recommends; None without an export."""
    file = Path(local(path)) / EXPORT / "assets" / VOCABULARY_FILENAME
    if not file.exists():
        return None
    return vocabulary_lines(file.read_bytes())


def _of_another(path: str, data_set: DataSet, difference: str) -> UserError:
    return UserError(
        f"{path} was not trained on {data_set.path} ({difference}); name the data set "
        "of the run with --data, or train again."
    )
