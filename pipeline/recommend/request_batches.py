"""Requests cut into the batches that a model is asked at once."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

# Asked at once: enough that the cost of a call is small, and few enough that a batch's
# cells (whose dates take half a kB each while the graph reads them) and the scores of
# all items stay in the tens of MB.
_MOST_ROWS = 512
_MOST_CELLS = 1 << 14
_MOST_SCORES = 1 << 23

# Rows are padded to a multiple of this, so that a row's scores do not depend on how
# many others stand beside it: a CPU's kernels add up in another order in what is left
# over of a batch, and the last digit of a score would differ.
_ROW_MULTIPLE = 16
# A longer history is asked about alone, for the same reason in a batch of its own kind.
_LONGEST_SHARED = _MOST_CELLS // _ROW_MULTIPLE


def cut_requests(requests: pa.RecordBatch, num_items: int) -> Iterator[pa.RecordBatch]:
    """Cuts requests, ordered by the length of their histories, into batches.

    Args:
      requests: of `pipeline.recommend.requests.REQUEST_SCHEMA`.
      num_items: N, the scores that a model gives a row.

    Yields:
      Batches of the same schema; rows of a batch are of about one length.
    """
    lengths = shown_lengths(requests)
    order = np.argsort(lengths, kind="stable")
    requests, lengths = requests.take(pa.array(order)), lengths[order]
    most = _whole_multiple(min(_MOST_ROWS, _MOST_SCORES // max(num_items, 1)))
    start = 0
    while start < len(requests):
        # The last row of a batch is the longest, and all are padded to it.
        longest = lengths[start : start + most]
        padded = -(-np.arange(1, len(longest) + 1) // _ROW_MULTIPLE) * _ROW_MULTIPLE
        fit = int(np.searchsorted(padded * longest, _MOST_CELLS, side="right"))
        size = max(1, fit)
        yield requests.slice(start, size)
        start += size


def padded_rows(num_rows: int, longest: int) -> int:
    """Returns as how many rows a batch is asked, blank ones included.

    Args:
      num_rows: rows of a batch that `cut_requests` made.
      longest: the events of its longest history.
    """
    if longest > _LONGEST_SHARED:
        return num_rows
    return -(-num_rows // _ROW_MULTIPLE) * _ROW_MULTIPLE


def shown_lengths(requests: pa.RecordBatch) -> npt.NDArray[np.int64]:
    """Returns the number of events that the model is shown of each row."""
    offsets = requests.column("items").offsets.to_numpy()
    lengths: npt.NDArray[np.int64] = np.diff(offsets).astype(np.int64)
    return lengths


def _whole_multiple(count: int) -> int:
    return max(count // _ROW_MULTIPLE, 1) * _ROW_MULTIPLE
