"""Percentile intervals over users, against a resampler that draws one user a time."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.evaluation.bootstrap import Bootstrap, draws, mean_intervals

FEW = Bootstrap(resamples=60, seed=7)


def slow_intervals(values, user, bootstrap):
    """Puts the drawn users' targets one after the other, and takes their mean."""
    users = sorted(set(user.tolist()))
    generator = np.random.default_rng(bootstrap.seed)
    means = []
    for _ in range(bootstrap.resamples):
        rows = []
        for drawn in generator.integers(len(users), size=len(users)):
            rows += [i for i, of in enumerate(user) if of == users[drawn]]
        means.append(values[rows].mean(axis=0))
    tail = (1 - bootstrap.level) / 2
    low, high = np.quantile(means, [tail, 1 - tail], axis=0)
    return np.stack([low, high], axis=1)


@given(
    seed=st.integers(0, 2**32 - 1),
    num_targets=st.integers(2, 30),
    num_users=st.integers(2, 30),
)
def test_equals_the_slow_resampler(seed, num_targets, num_users):
    generator = np.random.default_rng(seed)
    values = generator.random((num_targets, 3))
    user = generator.integers(num_users, size=num_targets) * 5  # With gaps.
    user[:2] = [0, 5]
    intervals = mean_intervals(values, user, FEW)
    np.testing.assert_allclose(
        intervals, slow_intervals(values, user, FEW), rtol=1e-9, atol=1e-12
    )


@given(seed=st.integers(0, 2**32 - 1), num_users=st.integers(2, 40))
def test_contains_the_estimate_and_stays_among_the_values(seed, num_users):
    values = np.random.default_rng(seed).random((num_users, 1))
    [(low, high)] = mean_intervals(values, np.arange(num_users), Bootstrap(200))
    ordered = [values.min(), low, values.mean(), high, values.max()]
    assert np.diff(ordered).min() >= -1e-12  # But for rounding.


def test_the_same_seed_gives_the_same_interval():
    values = np.random.default_rng(1).random((50, 2))
    user = np.arange(50)
    first = mean_intervals(values, user, Bootstrap(100, seed=3))
    assert mean_intervals(values, user, Bootstrap(100, seed=3)) == first
    assert mean_intervals(values, user, Bootstrap(100, seed=4)) != first


@pytest.mark.parametrize("at_a_time", [1, 7, 60, None])
def test_draws_do_not_depend_on_how_many_are_held(at_a_time):
    drawn = np.concatenate(list(draws(9, FEW, at_a_time)))
    np.testing.assert_array_equal(drawn, np.concatenate(list(draws(9, FEW, 13))))
    assert drawn.shape == (60, 9)
    assert set(drawn.sum(axis=1)) == {9.0}


def test_is_as_wide_as_theory_says_for_a_share():
    # 4,000 users, 25 % hits: 1.96 sqrt(p (1 - p) / n) to either side.
    hits = np.zeros((4000, 1))
    hits[:1000] = 1.0
    [(low, high)] = mean_intervals(hits, np.arange(4000), Bootstrap())
    margin = 1.96 * math.sqrt(0.25 * 0.75 / 4000)
    assert low == pytest.approx(0.25 - margin, abs=0.1 * margin)
    assert high == pytest.approx(0.25 + margin, abs=0.1 * margin)


def test_narrows_with_more_users():
    values = np.random.default_rng(1).random((6400, 1))
    widths = []
    for num_users in (100, 1600, 6400):
        user = np.arange(num_users)
        [(low, high)] = mean_intervals(values[:num_users], user, Bootstrap())
        widths.append(high - low)
    # By the root of their number: 4 and 2 times.
    assert widths[0] / widths[1] == pytest.approx(4.0, rel=0.15)
    assert widths[1] / widths[2] == pytest.approx(2.0, rel=0.15)


def test_repeated_targets_of_a_user_tell_nothing_new():
    values = np.random.default_rng(1).random((40, 1))
    once = mean_intervals(values, np.arange(40), FEW)
    repeated = np.repeat(values, 25, axis=0)
    by_user = mean_intervals(repeated, np.repeat(np.arange(40), 25), FEW)
    np.testing.assert_allclose(by_user, once)
    by_target = mean_intervals(repeated, np.arange(1000), FEW)
    assert np.ptp(by_target) < np.ptp(once) / 3


def test_a_single_user_has_no_interval():
    values = np.array([[1.0, 0.5], [0.0, 0.5]])
    assert mean_intervals(values, np.zeros(2, int), FEW) == [None, None]
    assert mean_intervals(values, np.array([3, 5]), FEW) == [(0.0, 1.0), (0.5, 0.5)]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"resamples": 39}, "`resamples` must be at least 40, got 39"),
        ({"level": 1.0}, "`level` must be between 0 and 1, got 1.0"),
    ],
)
def test_refuses_settings_out_of_range(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        Bootstrap(**settings)
