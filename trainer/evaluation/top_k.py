"""The best items of each history, out of the scores of all."""

import numpy as np
import numpy.typing as npt

from trainer.array_types import Ints, Scores

# Neighbouring scores of which only the largest is looked at first; a power of two.
_BLOCK = 32


def best_items(
    scores: Scores, k: int, left_out_row: Ints, left_out_item: Ints
) -> npt.NDArray[np.int32]:
    """Returns the ids of the `k` best items of each row, best first.

    Equal scores stand in the order of the ids, as a stable sort leaves them. An item
    with the score minus infinity is never recommended.

    All scores are read once, for the largest of each block; only the few blocks that
    may hold one of the best are looked into.

    Args:
      scores: floats [B, N], all of them numbers; column j belongs to item j + 1.
      k: at least 1.
      left_out_row: ints [K], rows of items that must not be recommended there.
      left_out_item: ints [K], their ids, 1 ... N.

    Returns:
      int32 [B, k]; 0 behind the last item of a row that has fewer.
    """
    num_rows = len(scores)
    maxima = _block_maxima(scores)  # [B, num_blocks]
    place = left_out_item - 1
    left_out = left_out_row * maxima.shape[1] + place // _BLOCK
    # Blocks with items that are left out are looked into first of all.
    blocks, number = np.unique(left_out, return_inverse=True)
    maxima.flat[blocks] = _values(
        scores, blocks, maxima.shape[1], number, place % _BLOCK
    ).max(axis=1, initial=-np.inf)
    bound = _lower_bounds(maxima, k)
    blocks = np.flatnonzero(_candidates(maxima, bound, k))
    inside = np.searchsorted(blocks, left_out)
    known = np.append(blocks, -1)[inside] == left_out
    values = _values(
        scores, blocks, maxima.shape[1], inside[known], place[known] % _BLOCK
    )
    row, first_column = blocks // maxima.shape[1], blocks % maxima.shape[1] * _BLOCK
    possible = (values >= bound[row, np.newaxis]) & (values > -np.inf)
    # By row, then by id.
    block, offset = np.nonzero(possible)
    row, column = row[block], first_column[block] + offset
    order = np.lexsort((-values[block, offset], row))
    row, column = row[order], column[order]
    rank = np.arange(len(row)) - np.searchsorted(row, np.arange(num_rows))[row]
    first = rank < k
    best = np.zeros((num_rows, k), np.int32)
    best[row[first], rank[first]] = column[first] + 1
    return best


def _block_maxima(scores: Scores) -> Scores:
    """Returns the largest of every `_BLOCK` columns: floats [B, num_blocks]."""
    whole = scores.shape[1] // _BLOCK * _BLOCK
    maxima = scores[:, :whole]
    width = _BLOCK
    while width > 1:
        # Four times as fast as a reduction along a short axis.
        maxima = np.maximum(maxima[:, 0::2], maxima[:, 1::2])
        width //= 2
    if whole == scores.shape[1]:
        return maxima
    last = scores[:, whole:].max(axis=1, keepdims=True)
    return np.concatenate([maxima, last], axis=1)


def _values(
    scores: Scores,
    blocks: Ints,
    num_blocks: int,
    left_out_block: Ints,
    left_out_offset: Ints,
) -> Scores:
    """Returns the scores of some blocks, minus infinity for what is left out.

    Args:
      scores: [B, N].
      blocks: ints [C], row * `num_blocks` + block.
      num_blocks: of a row.
      left_out_block: ints [K], the place in `blocks` of each item that is left out.
      left_out_offset: ints [K], its place in the block.

    Returns:
      Floats [C, `_BLOCK`]; minus infinity behind the last column too.
    """
    row, block = np.divmod(blocks, num_blocks)
    column = block[:, np.newaxis] * _BLOCK + np.arange(_BLOCK)
    last = scores.shape[1] - 1
    values: Scores = scores[row[:, np.newaxis], np.minimum(column, last)]
    values[column > last] = -np.inf
    values[left_out_block, left_out_offset] = -np.inf
    return values


def _lower_bounds(maxima: Scores, k: int) -> Scores:
    """Returns a lower bound of the k-th largest score of each row: floats [B].

    The k-th largest of the blocks' maxima is one, and far cheaper to find.
    """
    if maxima.shape[1] < k:
        return np.full(len(maxima), -np.inf, maxima.dtype)
    bounds: Scores = np.partition(maxima, -k, axis=1)[:, -k]
    return bounds


def _candidates(maxima: Scores, bound: Scores, k: int) -> npt.NDArray[np.bool_]:
    """Returns bool like the maxima: a few blocks of each row, its `k` best among them.

    Fewer than `k` blocks hold a score above the bound.
    """
    chosen: npt.NDArray[np.bool_] = maxima >= bound[:, np.newaxis]
    # Many blocks may hold the bound itself, of which the first `k` are enough: each
    # has an item of that score, before all items of the blocks behind.
    crowded = np.flatnonzero(np.count_nonzero(chosen, axis=1) >= 2 * k)
    if crowded.size:
        equal = maxima[crowded] == bound[crowded, np.newaxis]
        late = np.cumsum(equal, axis=1, dtype=np.int32) > k
        chosen[crowded] &= ~(equal & late)
    return chosen
