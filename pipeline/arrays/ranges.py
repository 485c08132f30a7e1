"""Where to cut a sequence so that no part is too large."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt


def ranges(sizes: npt.NDArray[np.int64], most: int) -> Iterator[tuple[int, int]]:
    """Yields the begin and the end of parts that follow each other.

    Args:
      sizes: int64 [n], what each place counts for.
      most: what a part may count for; a place that is larger is a part of its own.
    """
    ends = np.cumsum(sizes)
    begin = 0
    while begin < len(sizes):
        before = ends[begin] - sizes[begin]
        end = int(np.searchsorted(ends, before + most, side="right"))
        end = max(end, begin + 1)
        yield begin, end
        begin = end
