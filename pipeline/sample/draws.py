"""Random numbers that depend on nothing but the seed, a name and an index.

Each number is a hash of its place, so that rows can be made in any order and in
chunks of any size, and come out the same on every platform and with every version
of NumPy. The hash is the output function of SplitMix64 (Steele, Lea and Flood, "Fast
splittable pseudorandom number generators", OOPSLA 2014).
"""

import hashlib

import numpy as np
from numpy.typing import ArrayLike, NDArray

_GOLDEN_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_FIRST_MULTIPLIER = np.uint64(0xBF58476D1CE4E5B9)
_SECOND_MULTIPLIER = np.uint64(0x94D049BB133111EB)


class Draws:
    """A family of streams of random numbers, one for each name.

    Only sums, products and square roots of the numbers are taken anywhere in the
    sample: IEEE 754 fixes their results to the last bit, those of `exp` or `log` not.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def bits(self, name: str, index: NDArray[np.integer]) -> NDArray[np.uint64]:
        """Returns 64 random bits for each index of the stream `name`."""
        digest = hashlib.sha256(f"{self._seed}:{name}".encode()).digest()
        key = np.uint64(int.from_bytes(digest[:8], "little"))
        value = np.array(index, dtype=np.uint64, ndmin=1)
        value *= _GOLDEN_GAMMA
        value += key
        value ^= value >> np.uint64(30)
        value *= _FIRST_MULTIPLIER
        value ^= value >> np.uint64(27)
        value *= _SECOND_MULTIPLIER
        value ^= value >> np.uint64(31)
        return value

    def uniform(self, name: str, index: NDArray[np.integer]) -> NDArray[np.float64]:
        """Returns a number in [0, 1) for each index of the stream `name`."""
        significand = self.bits(name, index) >> np.uint64(11)
        return significand.astype(np.float64) * 2.0**-53

    def below(
        self, name: str, index: NDArray[np.integer], bound: int | NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Returns a whole number in [0, `bound`) for each index."""
        return (self.uniform(name, index) * bound).astype(np.int64)

    def pick(
        self, name: str, index: NDArray[np.integer], weights: ArrayLike
    ) -> NDArray[np.int64]:
        """Returns a position in `weights` for each index, heavy ones more often."""
        # A running sum adds in one order; a plain sum may add in any.
        cumulative = np.cumsum(np.asarray(weights, np.float64))
        value = self.uniform(name, index) * cumulative[-1]
        picked: NDArray[np.int64] = np.searchsorted(
            cumulative[:-1], value, side="right"
        )
        return picked

    def permutation(self, name: str, size: int) -> NDArray[np.int64]:
        """Returns the numbers below `size` in random order."""
        return np.argsort(self.bits(name, np.arange(size)), kind="stable")

    def ids(self, name: str, size: int, start: int, stop: int) -> NDArray[np.int64]:
        """Returns `size` distinct numbers in random order.

        They lie roughly between `start` and `stop`, and beyond it where there is no
        room.
        """
        most = max(1, 2 * (stop - start) // size - 1)
        gaps = 1 + self.below(f"{name} gaps", np.arange(size), most)
        return (start + np.cumsum(gaps))[self.permutation(name, size)]
