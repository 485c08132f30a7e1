"""Asks an exported model, in Python, what a server's client would ask."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from schemas import layout
from schemas.digests import check_files
from schemas.errors import UserError
from schemas.exported_model import (
    ADJUSTED,
    ADJUSTMENT,
    AS_OF,
    EVENT_DATE,
    ITEM_TABLE_PATH,
    KEEP_SEEN,
    SCORE,
    SERVING_DEFAULT,
    TOP_K,
    VOCABULARY_ID,
    Description,
    description_path,
)
from schemas.features import ITEM_ID
from schemas.rules.ranking_rules import RankingRules, ranked
from schemas.rules.rule_flags import Rules
from trainer.data.item_table import ItemTable, read_item_table
from trainer.data.saved_models import load_saved_model
from trainer.errors import first_line
from trainer.serving.item_rules import load_rules
from trainer.serving.request_batches import batches_of
from trainer.serving.requests import Event, Request
from trainer.storage.stand_ins import local


class Recommendation(NamedTuple):
    """One item of an answer and its score, higher for better."""

    item_id: str
    score: float


class Client:
    """An exported model, loaded.

    Attributes:
      description: what the export says of itself.
      item_table: attributes of the items; None where the export has none.
    """

    def __init__(self, export: str) -> None:
        """Loads the export at the folder `export`.

        Raises:
          UserError: there is no such folder, it is no export of this version, one of
            its files is not as it was written, or its graph does more than compute.
        """
        self._export = export
        self.description = _read_description(export)
        try:
            check_files(local(export), self.description.digests)
            self._model = load_saved_model(local(export))
        # IndexError: TensorFlow's word for a file of weights that was cut short.
        except (OSError, ValueError, IndexError, tf.errors.OpError) as error:
            raise UserError(
                f"{export} cannot be loaded ({first_line(error)}); export the model "
                "again with `python -m trainer train`."
            ) from error
        self.item_table: ItemTable | None = None
        if ITEM_TABLE_PATH in self.description.digests:
            self.item_table = read_item_table(layout.join(export, ITEM_TABLE_PATH))
        missing = self.description.signatures.difference(self._model.signatures)
        if missing:
            raise UserError(
                f"{export} has no signature {min(missing)!r}; export the model again "
                "with `python -m trainer train`."
            )

    def recommend(
        self,
        requests: Iterable[Request],
        top_k: int,
        keep_seen: bool = False,
        rules: Rules = Rules(),  # noqa: B008
    ) -> Iterator[tuple[Request, list[Recommendation]]]:
        """Answers requests in their order, a batch of them at a time.

        Args:
          requests: the histories.
          top_k: the most items of an answer.
          keep_seen: whether items of the history may be recommended.
          rules: which items are recommended.

        Yields:
          Each request and its items, best first.

        Raises:
          UserError: the rules cannot be applied; see `load_rules`.
        """
        # More would be blanks, which are left out below.
        top_k = min(top_k, self.description.num_items)
        if rules:
            loaded = load_rules(self._export, self.description, rules)
            signature = self._model.signatures[ADJUSTED]
            answer = partial(_answer_by_rules, signature, loaded, top_k, keep_seen)
        else:
            name = KEEP_SEEN if keep_seen else SERVING_DEFAULT
            answer = partial(_answer, self._model.signatures[name], top_k)
        for batch in batches_of(requests):
            yield from zip(batch, answer(_inputs(batch)), strict=True)


def _inputs(requests: list[Request]) -> dict[str, tf.Tensor]:
    """Returns what every signature takes, apart from `top_k`."""
    rows = [list(request.events) for request in requests]
    longest = max(map(len, rows))
    padded = [[Event("", "")] * (longest - len(row)) + row for row in rows]
    shape = [len(requests), longest]
    return {
        ITEM_ID: _texts([[item for _, item in row] for row in padded], shape),
        EVENT_DATE: _texts([[date for date, _ in row] for row in padded], shape),
        AS_OF: _texts([request.as_of for request in requests], shape[:1]),
    }


def _answer(
    ask: Callable[..., dict[str, tf.Tensor]], top_k: int, inputs: dict[str, tf.Tensor]
) -> Iterator[list[Recommendation]]:
    answer = ask(**inputs, **{TOP_K: tf.constant(top_k)})
    for items, scores in _rows(answer):
        yield [
            _recommendation(item, score)
            for item, score in zip(items, scores, strict=True)
            if item
        ]


def _answer_by_rules(
    ask: Callable[..., dict[str, tf.Tensor]],
    rules: RankingRules,
    top_k: int,
    keep_seen: bool,
    inputs: dict[str, tf.Tensor],
) -> Iterator[list[Recommendation]]:
    fixed = {
        **inputs,
        ADJUSTMENT: tf.constant(np.asarray(rules.adjustment, np.float32)),
        KEEP_SEEN: tf.constant(keep_seen),
    }

    def rank(length: int) -> tuple[dict[str, tf.Tensor], list[list[int]]]:
        answer = ask(**fixed, **{TOP_K: tf.constant(length)})
        return answer, answer[VOCABULARY_ID].numpy().tolist()

    answer, chosen = ranked(rank, rules, top_k)
    for (items, scores), places in zip(_rows(answer), chosen, strict=True):
        yield [_recommendation(items[place], scores[place]) for place in places]


def _rows(answer: dict[str, tf.Tensor]) -> Iterator[tuple[Any, Any]]:
    return zip(answer[ITEM_ID].numpy(), answer[SCORE].numpy(), strict=True)


def _recommendation(item: bytes, score: np.float32) -> Recommendation:
    # The shortest text of a float32 is shorter than that of the same float64.
    return Recommendation(item.decode("utf-8", errors="replace"), float(str(score)))


def _texts(values: list[list[str]] | list[str], shape: list[int]) -> tf.Tensor:
    return tf.reshape(tf.constant(values, tf.string), shape)


def _read_description(export: str) -> Description:
    remedy = (
        "name the folder `model` in what `python -m trainer train --output RUN` wrote, "
        "RUN/model"
    )
    if not tf.io.gfile.isdir(local(export)):
        raise UserError(f"there is no folder {export}; {remedy}.")
    path = description_path(export)
    file_path = local(path)
    if not tf.io.gfile.exists(file_path):
        raise UserError(f"{export} is no exported model of Seamstress; {remedy}.")
    try:
        with tf.io.gfile.GFile(file_path, "rb") as file:
            return Description.from_json(file.read().decode())
    except (ValueError, tf.errors.OpError) as error:
        raise UserError(
            f"{path} cannot be read ({first_line(error)}); export the model again "
            "with `python -m trainer train` of this version."
        ) from error
