"""A trained run as a scorer."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from schemas.errors import UserError
from schemas.features import ITEM_ID, VOCABULARY_FILENAME
from trainer.data_set import DAY_COLUMNS, DataSet
from trainer.evaluation.protocol import Batch, Scores
from trainer.models.base import DAYS, NextItemModel
from trainer.runs import EXPORT, load_run


@dataclass(frozen=True)
class ModelScorer:
    """Scores the items by a model's logits at the last position of each history.

    Attributes:
      name: the name in tables and JSON.
      model: the model.
      day_feature: the day column that it takes, a key of `DAY_COLUMNS`.
    """

    name: str
    model: NextItemModel
    day_feature: str

    def score(self, batch: Batch) -> Scores:
        """Returns float32 [B, N], the logits."""
        inputs = {ITEM_ID: batch[ITEM_ID]}
        days = DAY_COLUMNS[self.day_feature]
        if days is not None:
            inputs[DAYS] = batch[days]
        return np.asarray(self.model.predict_on_batch(inputs))


def load_run_scorer(path: str, data_set: DataSet) -> ModelScorer:
    """Reads a finished run that is to be measured on a data set.

    Raises:
      UserError: there is no finished run, or it was trained on a data set whose items
        or days have other ids.
    """
    model, options = load_run(path)
    num_buckets = data_set.day_buckets(options.day_feature)
    for what, of_model, of_data in (
        ("items", model.config.num_items, data_set.num_items),
        (f"{options.day_feature} buckets", model.config.num_day_buckets, num_buckets),
    ):
        if of_model != of_data:
            raise _of_another(path, data_set, f"{of_model} {what} against {of_data}")
    if _exported_vocabulary(path) not in (None, data_set.vocabulary):
        raise _of_another(path, data_set, "the same number of items, but other ones")
    return ModelScorer(options.model, model, options.day_feature)


def _exported_vocabulary(path: str) -> list[bytes] | None:
    """Returns the items that the run's export recommends; None without an export."""
    file = Path(path) / EXPORT / "assets" / VOCABULARY_FILENAME
    if not file.exists():
        return None
    return file.read_bytes().removesuffix(b"\n").split(b"\n")


def _of_another(path: str, data_set: DataSet, difference: str) -> UserError:
    return UserError(
        f"{path} was not trained on {data_set.path} ({difference}); name the data set "
        "of the run with --data, or train again."
    )
