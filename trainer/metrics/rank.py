"""The rank of each row's target among the scores of all items."""

from typing import Any

from keras import ops

Tensor = Any


def rank_of_target(scores: Tensor, target: Tensor, seen: Tensor = None) -> Tensor:
    """Returns how many items stand before the target, ties counted by half.

    rank = items scored higher + half of the other items scored equal, so that a
    model that scores everything alike gets the middle rank and not the first (what
    that does to a measure: `trainer.evaluation.ranking`). A
    score that is not a number counts as higher than the target's.

    Args:
      scores: float [`batch`, `num_items`]; column `j` is item id `j + 1`.
      target: int [`batch`] item ids. A target outside 1 ... `num_items` (padding, the
        unknown id) cannot be ranked and is a miss.
      seen: int [`batch`, `num_seen`] item ids padded with 0, or None. They are taken
        out of the ranking; a target that is itself seen is a miss.

    Returns:
      float32 [`batch`], 0 for the best; infinity for a miss.
    """
    scores = ops.cast(scores, "float32")
    target = ops.cast(target, "int32")
    num_items = scores.shape[1]
    known = ops.logical_and(target >= 1, target <= num_items)
    column = ops.expand_dims(ops.where(known, target - 1, 0), axis=1)
    target_score = ops.take_along_axis(scores, column, axis=1)  # [batch, 1]
    before = ops.logical_not(scores <= target_score)
    beside = scores == target_score
    if seen is not None:
        # Comparing to -inf would do, but not for scores that are -inf themselves.
        kept = ops.logical_not(_membership(seen, num_items))
        before = ops.logical_and(before, kept)
        beside = ops.logical_and(beside, kept)
        known = ops.logical_and(
            known, ops.squeeze(ops.take_along_axis(kept, column, axis=1), axis=1)
        )
    higher = ops.sum(ops.cast(before, "float32"), axis=1)
    equal = ops.sum(ops.cast(beside, "float32"), axis=1)
    # The target equals itself, unless its score is not a number.
    ranks = higher + 0.5 * ops.maximum(equal - 1.0, 0.0)
    return ops.where(known, ranks, float("inf"))


def _membership(ids: Tensor, num_items: int) -> Tensor:
    """Returns bool [`batch`, `num_items`]: whether the item is among the row's ids.

    A scatter costs `batch` x (`num_items` + `num_seen`), a comparison of every id with
    every item would cost their product.
    """
    ids = ops.cast(ids, "int32")
    rows = ops.shape(ids)[0]
    # Padding falls into column 0; whatever is no item falls into the last column.
    ids = ops.where(ops.logical_and(ids >= 0, ids <= num_items), ids, num_items + 1)
    row = ops.zeros_like(ids) + ops.expand_dims(ops.arange(rows, dtype="int32"), 1)
    indices = ops.reshape(ops.stack([row, ids], axis=-1), (-1, 2))
    ones = ops.ones_like(indices[:, 0])
    counts = ops.scatter(indices, ones, (rows, num_items + 2))
    return counts[:, 1 : num_items + 1] > 0
