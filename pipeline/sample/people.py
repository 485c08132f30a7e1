"""The users of a sample: measures that stay the same in all of a user's rows."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipeline.sample.draws import Draws
from pipeline.sample.words import BODY_TYPES

# Shares of users who leave a field out.
_NO_BUST_SIZE = 0.095
_NO_WEIGHT = 0.155
_NO_BODY_TYPE = 0.075
_NO_HEIGHT = 0.004
_NO_AGE = 0.005

_SHORTEST_INCHES = 57
_LIGHTEST_POUNDS = 95
_YOUNGEST = 18

_BANDS = (30, 32, 34, 36, 38, 40)
_BAND_WEIGHTS = (2, 15, 45, 26, 9, 3)
_CUPS = ("a", "b", "c", "d", "d+", "dd", "ddd/e")
_CUP_WEIGHTS = (6, 26, 27, 22, 6, 8, 5)

_HEIGHTS = pa.array(
    [f"{inches // 12}' {inches % 12}\"" for inches in range(_SHORTEST_INCHES, 76)]
)
_WEIGHTS = pa.array([f"{pounds}lbs" for pounds in range(_LIGHTEST_POUNDS, 260)])
_AGES = pa.array([str(years) for years in range(_YOUNGEST, 90)])
_BUST_SIZES = pa.array([f"{band}{cup}" for band in _BANDS for cup in _CUPS])
_BODY_TYPES = pa.array(list(BODY_TYPES))


def describe_people(user: NDArray[np.integer], draws: Draws) -> dict[str, pa.Array]:
    """Returns the fields that belong to the user, for each `user` [rows] number.

    `size` is int64 without nulls, the others are text, null where left out.
    """
    inches = _bell("height", user, 19, draws)
    # Taller people weigh more; the rest is their own.
    pounds = 2 * inches + _bell("weight", user, 70, draws)
    pounds += (draws.uniform("heavy", user) < 0.1) * draws.below("more", user, 50)
    years = 4 + _bell("age", user, 24, draws)
    years += (draws.uniform("older", user) < 0.2) * draws.below("years", user, 30)
    bust = len(_CUPS) * draws.pick("band", user, _BAND_WEIGHTS)
    bust += draws.pick("cup", user, _CUP_WEIGHTS)
    shape = draws.pick("body type", user, list(BODY_TYPES.values()))

    def text(
        words: pa.Array, index: NDArray[np.int64], name: str, missing: float
    ) -> pa.Array:
        absent = draws.uniform(f"no {name}", user) < missing
        return words.take(pa.array(index, mask=absent))

    return {
        "bust size": text(_BUST_SIZES, bust, "bust size", _NO_BUST_SIZE),
        "weight": text(_WEIGHTS, pounds, "weight", _NO_WEIGHT),
        "body type": text(_BODY_TYPES, shape, "body type", _NO_BODY_TYPE),
        "height": text(_HEIGHTS, inches, "height", _NO_HEIGHT),
        "age": text(_AGES, years, "age", _NO_AGE),
        "size": pa.array(np.maximum(0, pounds - 15) // 4),
    }


def _bell(
    name: str, index: NDArray[np.integer], bound: int, draws: Draws
) -> NDArray[np.int64]:
    """Returns numbers in [0, `bound`), those in the middle more often."""
    total = np.zeros(len(index))
    for i in range(4):
        total += draws.uniform(f"{name} {i}", index)
    return (total * (bound / 4)).astype(np.int64)
