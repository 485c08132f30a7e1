"""The best items of each history, out of the scores of all."""

import numpy as np
import numpy.typing as npt

from trainer.evaluation.protocol import Ints, Scores

# Neighbouring scores of which only the largest is looked at first.
_BLOCK = 32


def best_items(
    scores: Scores, k: int, left_out_row: Ints, left_out_item: Ints
) -> npt.NDArray[np.int32]:
    """Returns the ids of the `k` best items of each row, best first.

    Equal scores stand in the order of the ids, as a stable sort leaves them. An item
    with the score minus infinity is never recommended.

    Args:
      scores: floats [B, N], all of them numbers; column j belongs to item j + 1.
      k: at least 1.
      left_out_row: ints [K], rows of items that must not be recommended there.
      left_out_item: ints [K], their ids, 1 ... N.

    Returns:
      int32 [B, k]; 0 behind the last item of a row that has fewer.
    """
    num_rows, num_items = scores.shape
    num_blocks = -(-num_items // _BLOCK)
    kept = np.full((num_rows, num_blocks * _BLOCK), -np.inf, scores.dtype)
    kept[:, :num_items] = scores
    kept[left_out_row, left_out_item - 1] = -np.inf
    row, column = np.nonzero(_candidates(kept, k))  # By row, then by id.
    order = np.lexsort((-kept[row, column], row))
    row, column = row[order], column[order]
    place = np.arange(len(row)) - np.searchsorted(row, np.arange(num_rows))[row]
    first = place < k
    best = np.zeros((num_rows, k), np.int32)
    best[row[first], place[first]] = column[first] + 1
    return best


def _candidates(scores: Scores, k: int) -> npt.NDArray[np.bool_]:
    """Returns bool like the scores: a few items of each row, its `k` best among them.

    The k-th largest of the blocks' maxima is a lower bound of the k-th largest score,
    and far cheaper to find. Fewer than `k` blocks hold a larger score.
    """
    possible = scores > -np.inf
    maxima = scores.reshape(len(scores), -1, _BLOCK).max(axis=2)  # [B, num_blocks]
    if maxima.shape[1] < k:
        return possible
    bound = np.partition(maxima, -k, axis=1)[:, -k, np.newaxis]
    chosen = possible & (scores >= bound)
    # A row may hold the bound itself many times, of which the first k are enough.
    crowded = np.flatnonzero(np.count_nonzero(chosen, axis=1) > k * _BLOCK)
    if crowded.size:
        equal = chosen[crowded] & (scores[crowded] == bound[crowded])
        late = np.cumsum(equal, axis=1, dtype=np.int32) > k
        chosen[crowded] &= ~(equal & late)
    return chosen
