"""The interval of coverage, and why it is no bootstrap."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.evaluation.bootstrap import Bootstrap, draws
from trainer.evaluation.jackknife import coverage_interval
from trainer.metrics import coverage


def slow_standard_error(lists, user, num_items):
    """Leaves out one user after the other."""
    users = np.unique(user)
    without = [coverage(lists[user != one], num_items) for one in users]
    deviations = np.square(np.array(without) - np.mean(without))
    return math.sqrt((len(users) - 1) / len(users) * deviations.sum())


def test_worked_example():
    # Items 1 and 2 are in both users' lists, 3 in those of the first alone.
    lists = np.array([[1, 2], [3, 1], [2, 1]])
    low, high = coverage_interval([lists], np.array([0, 0, 1]), 6)
    # Left out, the users take away 1 and 0 of 6 items: mean 1/12, deviations 1/12.
    margin = 1.959964 * math.sqrt(1 / 2 * 2 * (1 / 12) ** 2)
    assert low == pytest.approx(0.5 - margin, abs=1e-6)
    assert high == pytest.approx(0.5 + margin, abs=1e-6)


@given(seed=st.integers(0, 2**32 - 1), num_users=st.integers(2, 12))
def test_equals_leaving_out_users_one_by_one(seed, num_users):
    generator = np.random.default_rng(seed)
    # 0 stands where a list is shorter.
    lists = generator.integers(0, 41, size=(20, 3))
    user = generator.integers(num_users, size=20)
    low, high = coverage_interval([lists], user, 40)
    margin = 1.959964 * slow_standard_error(lists, user, 40)
    estimate = coverage(lists, 40)
    assert low == pytest.approx(max(estimate - margin, 0.0), abs=1e-6)
    assert high == pytest.approx(min(estimate + margin, 1.0), abs=1e-6)


def test_stays_between_nothing_and_the_whole_catalogue():
    lists = np.arange(1, 13).reshape(4, 3)
    low, high = coverage_interval([lists], np.array([0, 1, 1, 1]), 12)
    assert low < 1.0
    assert high == 1.0
    assert coverage_interval([np.zeros((3, 2), int)], np.arange(3), 5) == (0.0, 0.0)


def test_equal_lists_cover_the_same_whoever_is_left_out():
    lists = np.tile([3, 1], (6, 1))
    assert coverage_interval([lists], np.arange(6), 4) == (0.5, 0.5)


def test_a_single_user_has_no_interval():
    assert coverage_interval([np.array([[1, 2], [3, 1]])], np.array([7, 7]), 6) is None


def test_of_several_runs_it_is_around_their_mean():
    first, second = np.array([[1], [2]]), np.array([[3], [3]])
    user = np.arange(2)
    low, high = coverage_interval([first, second], user, 4)
    assert (low + high) / 2 == pytest.approx((2 / 4 + 1 / 4) / 2)
    assert coverage_interval([first, first], user, 4) == pytest.approx(
        coverage_interval([first], user, 4)
    )


def test_contains_the_truth_as_often_as_it_says_where_the_bootstrap_does_not():
    num_users, num_items = 150, 300
    weights = 1.0 / np.arange(1, num_items + 1)
    weights /= weights.sum()
    # The expected coverage of five items drawn for each user.
    truth = np.mean(1.0 - (1.0 - weights) ** (5 * num_users))
    generator = np.random.default_rng(1)
    user = np.arange(num_users)
    by_jackknife = by_percentile = 0
    for seed in range(200):
        lists = generator.choice(num_items, size=(num_users, 5), p=weights) + 1
        low, high = coverage_interval([lists], user, num_items)
        by_jackknife += low <= truth <= high
        resampled = [
            coverage(lists[row > 0], num_items)
            for drawn in draws(num_users, Bootstrap(40, seed))
            for row in drawn
        ]
        low, high = np.quantile(resampled, [0.025, 0.975])
        by_percentile += low <= truth <= high
    assert by_jackknife >= 190
    assert by_percentile == 0
