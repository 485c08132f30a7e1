"""Bootstrap intervals of means over targets, by drawing users anew.

The targets of one user are alike, and under a split by time a user has several: to
draw targets one by one would take them for independent and give intervals that are
too narrow. So whole users are drawn, each with all of its targets (the cluster
bootstrap: Davison and Hinkley, Bootstrap methods and their application, 1997,
section 3.8), as many as there are, with replacement. A resample's figure is the mean
over all targets of its users, and the interval runs between the quantiles of these
figures (the percentile interval: Efron and Tibshirani, An introduction to the
bootstrap, 1993, chapter 13).

Where no target was hit every resample gives 0, and so do both ends: an interval says
nothing of what was never observed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.array_types import Ints
from trainer.evaluation import DEFAULT_RESAMPLES, FEWEST_RESAMPLES, FEWEST_USERS
from trainer.evaluation.measured import Interval

Floats = npt.NDArray[np.float64]

# Draws held at a time.
_DRAWS_PER_CHUNK = 2_000_000


@dataclass(frozen=True)
class Bootstrap:
    """How intervals are made.

    Under one seed the same users are drawn for every scorer.

    Attributes:
      resamples: how often the users are drawn anew.
      seed: of the draws.
      level: the share of the resamples inside an interval.

    Raises:
      ValueError: a value is out of range.
    """

    resamples: int = DEFAULT_RESAMPLES
    seed: int = 0
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.resamples < FEWEST_RESAMPLES:
            raise ValueError(
                f"`resamples` must be at least {FEWEST_RESAMPLES}, got "
                f"{self.resamples}."
            )
        if not 0.0 < self.level < 1.0:
            raise ValueError(f"`level` must be between 0 and 1, got {self.level}.")


def mean_intervals(
    values: Floats, user: Ints, bootstrap: Bootstrap
) -> list[Interval | None]:
    """Returns the percentile interval of the mean over targets of each measure.

    For the difference of two scorers give the differences of their values: both are
    then taken on the same users (a paired interval). For a model under several seeds
    give each target's mean over the seeds: the interval then is of the mean model,
    and tells nothing of the spread between seeds.

    Args:
      values: [T, M], M measures of T targets, T at least 1; all of them numbers.
      user: ints [T]; targets of one user share a number.
      bootstrap: how.

    Returns:
      M intervals, or M times None of fewer than two users: every resample would be of
      one user, and an interval from the figure to itself looks certain.
    """
    codes = np.unique(user, return_inverse=True)[1]
    num_targets = np.bincount(codes)  # [U]
    if len(num_targets) < FEWEST_USERS:
        return [None] * values.shape[1]
    sums = np.stack(
        [np.bincount(codes, weights=column) for column in values.T], axis=1
    )  # [U, M]
    means = np.concatenate(
        [
            (drawn @ sums) / (drawn @ num_targets)[:, np.newaxis]
            for drawn in draws(len(num_targets), bootstrap)
        ]
    )  # [resamples, M]
    tail = (1.0 - bootstrap.level) / 2.0
    low, high = np.quantile(means, [tail, 1.0 - tail], axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def draws(
    num_users: int, bootstrap: Bootstrap, at_a_time: int | None = None
) -> Iterator[npt.NDArray[Any]]:
    """Yields how often each user is drawn, for some resamples after the other.

    Args:
      num_users: U.
      bootstrap: how.
      at_a_time: resamples held at a time, None for a bounded memory; the draws do not
        depend on it.

    Yields:
      float64 [some resamples, U], rows that sum to U.
    """
    generator = np.random.default_rng(bootstrap.seed)
    at_a_time = at_a_time or max(1, _DRAWS_PER_CHUNK // num_users)
    for start in range(0, bootstrap.resamples, at_a_time):
        size = min(at_a_time, bootstrap.resamples - start)
        drawn = generator.integers(num_users, size=(size, num_users))
        drawn += np.arange(size)[:, np.newaxis] * num_users
        counts = np.bincount(drawn.ravel(), minlength=size * num_users)
        # As floats: NumPy multiplies integer matrices without BLAS.
        yield counts.reshape(size, num_users).astype(np.float64)
