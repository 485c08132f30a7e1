"""Digests of a column of text, over its bytes as they lie in Arrow's buffers.

They only divide and count: the same in every process, but nothing that a data set holds
depends on them. What does is in `pipeline.arrays.digests`.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.arrays.digests import UInt64s, mix
from pipeline.arrays.text_bytes import text_bytes

_SEEDS = (0x5EA3_57E5_5000_0001, 0x5EA3_57E5_5000_0002)


def text_digests(texts: pa.StringArray) -> UInt64s:
    """Returns a 64-bit digest of each text.

    Each half is the upper half of a multilinear hash of the bytes and their number,
    m[0] * n + m[1] * b[0] + m[2] * b[1] ... modulo 2**64 with random m, which is
    strongly universal (Lemire and Kaser, "Strongly universal string hashing is fast",
    The Computer Journal 57, 2014).

    Args:
      texts: string [n], without nulls.

    Returns:
      uint64 [n].
    """
    offsets, data = text_bytes(texts)
    lengths = np.diff(offsets)
    starts = offsets[:-1]
    place = 1 + np.arange(len(data)) - np.repeat(starts, lengths)
    longest = int(lengths.max(initial=0))
    high, low = (
        _multilinear(data, place, offsets, _multipliers(seed, longest + 1))
        for seed in _SEEDS
    )
    half = np.uint64(32)
    return (high >> half << half) | (low >> half)


def partitions_of(users: pa.StringArray, num_partitions: int) -> UInt64s:
    """Returns the partition of each user.

    Args:
      users: string [n], without nulls.
      num_partitions: parts into which users are divided.

    Returns:
      uint64 [n] of 0 ... `num_partitions` - 1.
    """
    return text_digests(users) % np.uint64(num_partitions)


def _multilinear(
    data: npt.NDArray[np.uint8],
    place: npt.NDArray[np.int64],
    offsets: npt.NDArray[np.int64],
    multipliers: UInt64s,
) -> UInt64s:
    with np.errstate(over="ignore"):
        # Sums of texts as differences of running sums: both wrap around alike.
        sums = np.zeros(len(data) + 1, np.uint64)
        np.cumsum(multipliers[place] * data, out=sums[1:])
        number = np.diff(offsets).astype(np.uint64) * multipliers[0]
        digests: UInt64s = sums[offsets[1:]] - sums[offsets[:-1]] + number
    return digests


def _multipliers(seed: int, count: int) -> UInt64s:
    """Returns `count` numbers as if by chance, the same for each seed."""
    return mix(np.full(count, seed, np.uint64), np.arange(count))
