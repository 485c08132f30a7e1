"""The two ways of `ranking`, and what times them.

    python -m benchmarks.answers.ranking_ways WAY RUN DATA SHARE

ranks SHARE of the test targets once and prints its figures as JSON.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.answers.ranking import PEER, PRODUCT, Ranked
from benchmarks.common.matrix_speed import multiply_adds_a_second
from benchmarks.common.timing import alternate
from benchmarks.common.trained_runs import logit_multiply_adds, multiply_adds
from schemas.features import ITEM_ID
from trainer.data.data_set import DAY_COLUMNS, open_data_set
from trainer.evaluation.held_out import HeldOut, choose_split, load_held_out
from trainer.evaluation.measures import HIT_RATE, NDCG, at, measure
from trainer.evaluation.ranking import default_batch_size, rank_targets
from trainer.evaluation.run_scorer import ModelScorer, load_run_scorer
from trainer.models.base import DAYS

_CUTOFF = 10
_PEER_BATCH = 512
# Of rates: targets whose rank a tie or the last digit of a score moves.
_TOLERANCE = 1e-3

Figures = dict[str, float]


def by_product(scorer: ModelScorer, held_out: HeldOut) -> Figures:
    """Returns HR and NDCG by the product."""
    batch_size = default_batch_size(held_out.num_items)
    figures = measure(rank_targets(scorer, held_out, batch_size).filtered)
    return {name: figures[name] for name in (at(HIT_RATE, 10), at(NDCG, 10))}


def by_peer(scorer: ModelScorer, held_out: HeldOut) -> Figures:
    """Returns HR and NDCG by `predict` and `argsort`, as a user would write it."""
    inputs = {"item_id": held_out.inputs["item_id"]}
    days = DAY_COLUMNS[scorer.day_feature]
    if days is not None:
        inputs[DAYS] = held_out.inputs[days]
    scores = scorer.model.predict(inputs, batch_size=_PEER_BATCH, verbose=0)
    user, item_id = held_out.seen_items()
    scores[user, item_id - 1] = -np.inf
    order = np.argsort(-scores, axis=1)
    known = ~held_out.is_unknown() & ~held_out.is_seen()
    place = np.argmax(order == held_out.target[:, np.newaxis] - 1, axis=1)
    hit = known & (place < _CUTOFF)
    gain = np.where(hit, 1.0 / np.log2(place + 2.0), 0.0)
    return {"hr@10": float(hit.mean()), "ndcg@10": float(gain.mean())}


WAYS: dict[str, Callable[[ModelScorer, HeldOut], Figures]] = {
    PRODUCT: by_product,
    PEER: by_peer,
}


def load(run: str, data: str, share: float = 1.0) -> tuple[ModelScorer, HeldOut]:
    """Reads a run and its test targets, the first of them or all several times."""
    data_set = open_data_set(data)
    held_out = load_held_out(data_set, choose_split(data_set))
    count = max(1, int(share * len(held_out)))
    targets = np.resize(np.arange(len(held_out)), count)
    return load_run_scorer(run, data_set), held_out.take(targets)


def time_ways(run: str, data: str, rounds: int) -> Ranked:
    """Times both ways in turns.

    Args:
      run: the folder of a trained run.
      data: the data set that it was trained on.
      rounds: timed rounds of each way.

    Raises:
      UserError: the run or the data set cannot be read.
      ValueError: the ways do not agree.
    """
    scorer, held_out = load(run, data)
    figures: dict[str, Figures] = {}

    def rank(name: str) -> None:
        figures[name] = WAYS[name](scorer, held_out)

    timings = alternate({name: partial(rank, name) for name in WAYS}, rounds)
    _check(figures)
    model: Any = scorer.model
    speed = multiply_adds_a_second()
    events = int(held_out.num_inputs().sum())
    work = events * multiply_adds(model) + len(held_out) * logit_multiply_adds(model)
    return Ranked(
        targets=len(held_out),
        items=held_out.num_items,
        events=events,
        window=held_out.inputs[ITEM_ID].shape[1],
        timings=timings,
        floor_seconds=work / speed,
        multiply_adds_a_second=speed,
        figures=figures,
    )


def _check(figures: dict[str, Figures]) -> None:
    product, peer = figures[PRODUCT], figures[PEER]
    for name, value in product.items():
        if abs(value - peer[name]) > _TOLERANCE:
            raise ValueError(f"{name} differs between the ways: {figures}.")


def main(way: str, run: str, data: str, share: str) -> None:
    """Ranks once; see the module."""
    scorer, held_out = load(run, data, float(share))
    figures = WAYS[way](scorer, held_out)
    print(json.dumps({"targets": len(held_out), **figures}))


if __name__ == "__main__":
    main(*sys.argv[1:])
