"""Digests: stable, evenly spread, and in order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.arrays.digests import as_fraction, bucket_of, mix, user_digests
from tests.support.programs import run_python
from tests.support.reference import fraction_of


def test_digests_are_blake2b_of_the_bytes():
    # printf u1 | b2sum -l 128
    assert [f"{half:016x}" for half in user_digests(["u1"])[0]] == [
        "53199585bddea28e",
        "67fe7143a42baef7",
    ]


@given(st.lists(st.text(min_size=1), max_size=5), st.integers(0, 2**63 - 1))
def test_fractions_are_those_of_the_literal_rule(users, seed):
    digests = user_digests(users, seed)[:, 0]
    assert as_fraction(digests).tolist() == [fraction_of(u, seed) for u in users]
    starts = np.arange(len(users)) * 7
    assert as_fraction(mix(digests, starts)).tolist() == [
        fraction_of(user, seed, int(start))
        for user, start in zip(users, starts, strict=True)
    ]


def test_digests_do_not_depend_on_the_interpreters_hash_seed():
    code = (
        "from pipeline.arrays.digests import user_digests; "
        "print(user_digests(['a', 'b'], 3).tolist())"
    )
    outputs = {run_python("-c", code, PYTHONHASHSEED=s).stdout for s in ("1", "2")}
    assert outputs == {f"{user_digests(['a', 'b'], 3).tolist()}\n"}


@given(
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20), st.integers(1, 1000)
)
def test_buckets_follow_the_order_of_digests(values, num_buckets):
    digests = np.sort(np.asarray(values, np.uint64))
    buckets = bucket_of(digests, num_buckets)
    assert np.all(np.diff(buckets) >= 0)
    assert buckets.min() >= 0
    assert buckets.max() < num_buckets


def test_buckets_are_filled_evenly():
    digests = user_digests([str(n) for n in range(8000)])[:, 0]
    sizes = np.bincount(bucket_of(digests, 8), minlength=8)
    assert sizes.min() > 850
    assert sizes.max() < 1150
