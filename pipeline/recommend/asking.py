"""Asks a loaded export for the items of one batch, with rules or without."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from schemas.exported_model import (
    ADJUSTED,
    ADJUSTMENT,
    KEEP_SEEN,
    SCORE,
    SERVING_DEFAULT,
    TOP_K,
    VOCABULARY_ID,
)
from schemas.features import ITEM_ID
from schemas.rules.ranking_rules import RankingRules, ranked

Signature = Callable[..., dict[str, tf.Tensor]]
# Bytes [rows, any], best first, empty where fewer are left, and float32 [rows, any].
Answers = tuple[npt.NDArray[np.object_], npt.NDArray[np.float32]]
# Takes the inputs of a batch but for `top_k`, and how many of its rows to answer.
Asker = Callable[[dict[str, tf.Tensor], int], Answers]


@dataclass(frozen=True)
class LoadedModel:
    """An exported model, and the rules to ask it by.

    Attributes:
      export: what `pipeline.recommend.export_files.load_export` returned.
      rules: None: none.
    """

    export: Any
    rules: RankingRules | None


def asker(model: LoadedModel, top_k: int, keep_seen: bool) -> Asker:
    """Returns the function that asks a model.

    Args:
      model: the export and the rules.
      top_k: the most items of an answer.
      keep_seen: whether items of the history may be recommended.
    """
    signatures = model.export.signatures
    if model.rules is None:
        name = KEEP_SEEN if keep_seen else SERVING_DEFAULT
        return partial(_ask, signatures[name], top_k)
    adjustment = np.asarray(model.rules.adjustment, np.float32)
    fixed = {ADJUSTMENT: tf.constant(adjustment), KEEP_SEEN: tf.constant(keep_seen)}
    signature = partial(signatures[ADJUSTED], **fixed)
    return partial(_ask_by_rules, signature, model.rules, top_k)


def _ask(
    signature: Signature, top_k: int, inputs: dict[str, tf.Tensor], num_rows: int
) -> Answers:
    answer = signature(**inputs, **{TOP_K: tf.constant(top_k)})
    return answer[ITEM_ID].numpy()[:num_rows], answer[SCORE].numpy()[:num_rows]


def _ask_by_rules(
    signature: Signature,
    rules: RankingRules,
    top_k: int,
    inputs: dict[str, tf.Tensor],
    num_rows: int,
) -> Answers:
    def rank(length: int) -> tuple[dict[str, tf.Tensor], list[list[int]]]:
        answer = signature(**inputs, **{TOP_K: tf.constant(length)})
        return answer, answer[VOCABULARY_ID].numpy()[:num_rows].tolist()

    answer, chosen = ranked(rank, rules, top_k)
    lengths = np.array([len(places) for places in chosen])
    is_item = np.arange(lengths.max(initial=0)) < lengths[:, np.newaxis]
    places = np.zeros(is_item.shape, np.int64)
    places[is_item] = [place for row in chosen for place in row]
    items = np.take_along_axis(answer[ITEM_ID].numpy()[:num_rows], places, axis=1)
    scores = np.take_along_axis(answer[SCORE].numpy()[:num_rows], places, axis=1)
    return np.where(is_item, items, b""), scores
