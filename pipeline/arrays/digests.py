"""Stable digests of users: where a user's rows go, and in which order they are kept.

Digests are of the user's bytes by hashlib, so that no interpreter, runner or order of
arrival changes them.
"""

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

UInt64s = npt.NDArray[np.uint64]


def user_digests(users: Iterable[str], seed: int | None = None) -> UInt64s:
    """Returns the 128-bit digest of each user.

    Args:
      users: user ids.
      seed: makes digests that are unrelated to those of any other seed; None is the
        order of the shards.

    Returns:
      uint64 [users, 2], the high and the low half.
    """
    salt = b"" if seed is None else seed.to_bytes(8, "big") + b"split\0\0\0"
    digests = b"".join(
        hashlib.blake2b(user.encode(), digest_size=16, salt=salt).digest()
        for user in users
    )
    return np.frombuffer(digests, dtype=">u8").astype(np.uint64).reshape(-1, 2)


def bucket_of(digests: UInt64s, num_buckets: int) -> npt.NDArray[np.int64]:
    """Cuts the range of 64-bit digests into `num_buckets` equal parts, in order.

    Args:
      digests: uint64 [n].
      num_buckets: at most 2**31.

    Returns:
      int64 [n] of 0 ... `num_buckets` - 1; a larger digest never has a smaller bucket.
    """
    # The upper 32 bits decide, so that the product fits 64 bits.
    upper = digests >> np.uint64(32)
    return ((upper * np.uint64(num_buckets)) >> np.uint64(32)).astype(np.int64)


def mix(digests: UInt64s, values: npt.NDArray[np.int64]) -> UInt64s:
    """Returns a digest of each (digest, value) pair.

    The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) over the digest
    plus the value times the golden gamma.

    Args:
      digests: uint64 [n].
      values: int64 [n], for instance the start of a window.
    """
    with np.errstate(over="ignore"):
        z: UInt64s = digests + values.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return z


def as_fraction(digests: UInt64s) -> npt.NDArray[np.float64]:
    """Returns digests as evenly spread float64 [n] in [0, 1)."""
    return (digests >> np.uint64(11)).astype(np.float64) / float(1 << 53)
