"""Ranks of held-out targets, and what is recommended, in chunks of targets.

A chunk's scores of the whole catalogue are reduced to two ranks and the ids of the
best items of each target before the next chunk is scored, so that memory grows with
the targets and with the items but never with their product. Targets are taken by the
length of their histories, so that a model has little padding to compute, and the
scores of a chunk are shared out to threads in pieces that stay in a core's cache.

The rank counts from 0: the items scored higher plus half of the other items scored
equal, the middle of the places that equal scores share. So no target is first because
its scorer tells nothing apart; but the gain at the middle place is not the mean of the
gains at all of them. Of 20 items that share the best score the middle is place 9.5, and
HR@10 is 1, where half of the orders give a hit; of 21 it is place 10, and HR@10 is 0.
Of two it is place 0.5: NDCG@1 is 1 / log2(2.5) = 0.756 beside an HR@1 of 1.

Filtered ranks leave out what the user had already seen. A target that no answer can
hold has the rank infinity: an unknown item, and when filtered an item that is itself in
`seen`.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from schemas import features
from schemas.errors import UserError
from trainer.array_types import Ints, Scores
from trainer.evaluation.held_out import HeldOut
from trainer.evaluation.protocol import Scorer
from trainer.evaluation.top_k import best_items

# The items that are looked at as recommended.
NUM_RECOMMENDED = 10

# Scores held at a time where no batch size is asked for.
SCORES_PER_CHUNK = 16_000_000
LARGEST_CHUNK = 1024

# Scores that a thread reduces at a time: 1 MB of float32, which is read several times.
_SCORES_PER_PIECE = 1 << 18

Ranks = npt.NDArray[np.float64]


@dataclass(frozen=True)
class TargetRanks:
    """Ranks of T targets under one scorer, from 0, infinity for a sure miss.

    Attributes:
      all: float64 [T], among the whole catalogue.
      filtered: float64 [T], among what the user had not seen.
      recommended: int32 [T, `NUM_RECOMMENDED`], the ids of the best items that the
        user had not seen, best first; 0 behind the last where there are fewer.
    """

    all: Ranks
    filtered: Ranks
    recommended: npt.NDArray[np.int32]


def default_batch_size(num_items: int) -> int:
    """Returns the targets to score at a time over a catalogue of `num_items`."""
    return min(max(SCORES_PER_CHUNK // max(num_items, 1), 1), LARGEST_CHUNK)


def rank_targets(
    scorer: Scorer,
    held_out: HeldOut,
    batch_size: int,
    report: Callable[[int, int], None] = lambda num_ranked, num_targets: None,
) -> TargetRanks:
    """Ranks every target of `held_out`, `batch_size` of them at a time.

    The targets of a chunk have histories of about one length, shorter ones first.

    Args:
      scorer: what scores the catalogue.
      held_out: the T targets and their histories.
      batch_size: targets scored at a time; memory grows with it times N.
      report: called after each chunk with the targets ranked so far, and T.

    Raises:
      UserError: the scorer gives something that is not a number.
      ValueError: the scores are not [B, N].
    """
    num_targets = len(held_out)
    ranks = TargetRanks(
        all=np.empty(num_targets),
        filtered=np.empty(num_targets),
        recommended=np.empty((num_targets, NUM_RECOMMENDED), np.int32),
    )
    by_length = np.argsort(held_out.num_inputs(), kind="stable")
    with ThreadPoolExecutor(_num_cpus()) as threads:
        for chunk in _chunks(num_targets, batch_size):
            targets = by_length[chunk]
            part = held_out.take(targets)
            scores = np.asarray(scorer.score(part.inputs))
            _check_shape(scores, (len(part), held_out.num_items), scorer.name)
            pieces = list(_chunks(len(part), _piece_size(held_out.num_items)))
            ranked = threads.map(
                partial(_rank_piece, scorer.name, scores, part), pieces
            )
            for piece, found in zip(pieces, ranked, strict=True):
                ranks.all[targets[piece]] = found.all
                ranks.filtered[targets[piece]] = found.filtered
                ranks.recommended[targets[piece]] = found.recommended
            report(chunk.stop, num_targets)
    return ranks


def _piece_size(num_items: int) -> int:
    return max(_SCORES_PER_PIECE // max(num_items, 1), 1)


def _num_cpus() -> int:
    """Returns how many CPUs this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _chunks(length: int, size: int) -> Iterator[slice]:
    for start in range(0, length, size):
        yield slice(start, min(start + size, length))


def _check_shape(scores: Scores, shape: tuple[int, int], name: str) -> None:
    if scores.shape != shape:
        raise ValueError(
            f"`score` of {name!r} must return [B, N] = {shape}, got {scores.shape}."
        )


def _rank_piece(
    name: str, scores: Scores, held_out: HeldOut, piece: slice
) -> TargetRanks:
    """Returns the ranks of the targets of a slice.

    Args:
      name: of the scorer.
      scores: [B, N].
      held_out: their B targets.
      piece: which of them.

    Raises:
      UserError: a score is not a number.
    """
    part, of_part = held_out[piece], scores[piece]
    # Compared to anything they are neither higher nor equal: every target would win.
    if np.isnan(of_part).any():
        raise UserError(
            f"{name} gives scores that are not numbers, so nothing can be ranked; "
            "train it again with a lower --learning_rate."
        )
    full, filtered = _rank(of_part, part)
    best = best_items(of_part, NUM_RECOMMENDED, *part.seen_items())
    return TargetRanks(full, filtered, best)


def _rank(scores: Scores, part: HeldOut) -> tuple[Ranks, Ranks]:
    """Returns the ranks of the targets of `part` [B] under `scores` [B, N]."""
    row = np.arange(len(part))
    unknown = part.is_unknown()
    # An unknown target borrows an item's score; its rank is overwritten below.
    score = scores[row, np.where(unknown, features.FIRST_ITEM_ID, part.target) - 1]
    higher = np.count_nonzero(scores > score[:, np.newaxis], axis=1)
    equal = np.count_nonzero(scores == score[:, np.newaxis], axis=1)

    seen_row, seen_item = part.seen_items()
    seen_score = scores[seen_row, seen_item - 1]
    seen_higher = _count(seen_row[seen_score > score[seen_row]], len(part))
    seen_equal = _count(seen_row[seen_score == score[seen_row]], len(part))

    full = _mean_rank(higher, equal)
    filtered = _mean_rank(higher - seen_higher, equal - seen_equal)
    full[unknown] = np.inf
    filtered[unknown | part.is_seen()] = np.inf
    return full, filtered


def _mean_rank(higher: npt.NDArray[Any], equal: npt.NDArray[Any]) -> Ranks:
    """Returns the middle of the places that equal scores share, itself included."""
    return higher + (equal - 1) / 2


def _count(rows: npt.NDArray[Any], num_rows: int) -> Ints:
    return np.bincount(rows, minlength=num_rows)
