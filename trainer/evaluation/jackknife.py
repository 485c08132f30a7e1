"""The interval of catalogue coverage, by leaving out one user after the other."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from trainer.array_types import Ints
from trainer.evaluation import FEWEST_USERS
from trainer.evaluation.measured import Interval
from trainer.metrics import coverage


def coverage_interval(
    runs: Sequence[Ints], user: Ints, num_items: int, level: float = 0.95
) -> Interval | None:
    """Returns an interval of the share of the catalogue that is recommended.

    Coverage is no mean but counts different things, and the bootstrap fails on it: a
    resample holds only about 63 % of the users, so it covers less than the sample
    does and the percentile interval may lie wholly below the figure; the spread of
    the resamples is too small as well where most items are recommended once or never.
    The jackknife is right here: left out one at a time, user u takes away the
    items that stand in the lists of u alone. Its variance is never too small on
    average (Efron and Stein, The jackknife estimate of variance, 1981), so that the
    interval, the figure plus and minus normal quantiles of the jackknife's standard
    error, is rather too wide than too narrow. It is cut off at 0 and 1.

    Args:
      runs: one or more ints [T, k], item ids, 0 for none: the lists of each run of
        one model. The interval is of the mean coverage of the runs.
      user: ints [T], at least 1 of them; targets of one user share a number.
      num_items: N.
      level: the probability that the interval is meant for.

    Returns:
      None of fewer than two users.
    """
    codes = np.unique(user, return_inverse=True)[1]
    num_users = int(codes.max()) + 1
    if num_users < FEWEST_USERS:
        return None
    lost = np.zeros(num_users)
    for recommended in runs:
        lost += _only_theirs(recommended, codes, num_users, num_items)
    share = lost / (num_items * len(runs))  # [U]
    variance = (num_users - 1) / num_users * np.square(share - share.mean()).sum()
    estimate = float(np.mean([coverage(lists, num_items) for lists in runs]))
    margin = NormalDist().inv_cdf(0.5 + level / 2.0) * float(np.sqrt(variance))
    return max(estimate - margin, 0.0), min(estimate + margin, 1.0)


def _only_theirs(recommended: Ints, user: Ints, num_users: int, num_items: int) -> Ints:
    """Returns ints [U]: the items that stand in no other user's lists."""
    row, column = np.nonzero(recommended)
    # Each item once for each user, however many of its lists hold it.
    pairs = np.unique(
        user[row].astype(np.int64) * num_items + recommended[row, column] - 1
    )
    owner, item = np.divmod(pairs, num_items)
    num_owners = np.bincount(item, minlength=num_items)
    return np.bincount(owner[num_owners[item] == 1], minlength=num_users)
