import numpy as np
import pytest

from pipeline.sample.draws import Draws

ROWS = np.arange(10_000)


def test_numbers_are_the_same_everywhere():
    draws = Draws(7)
    assert draws.bits("a", np.arange(3)).tolist() == [
        1100115011649810162,
        128347130976105829,
        11603835452795225363,
    ]
    assert draws.permutation("a", 6).tolist() == [1, 5, 0, 3, 4, 2]


def test_numbers_depend_on_seed_and_name():
    bits = Draws(0).bits("a", ROWS)
    assert not np.intersect1d(bits, Draws(1).bits("a", ROWS)).size
    assert not np.intersect1d(bits, Draws(0).bits("b", ROWS)).size


def test_numbers_depend_on_their_index_alone():
    draws = Draws(0)
    chunks = [draws.uniform("a", ROWS[:17]), draws.uniform("a", ROWS[17:])]
    assert np.array_equal(np.concatenate(chunks), draws.uniform("a", ROWS))


def test_index_is_left_as_it_was():
    index = np.arange(5, dtype=np.uint64)
    Draws(0).bits("a", index)
    assert index.tolist() == [0, 1, 2, 3, 4]


def test_uniform_is_uniform():
    value = Draws(0).uniform("a", ROWS)
    assert value.min() >= 0.0
    assert value.max() < 1.0
    counts = np.histogram(value, bins=10, range=(0, 1))[0]
    assert np.abs(counts - 1_000).max() < 150


def test_below_takes_a_bound_for_each_index():
    bound = 1 + ROWS % 5
    value = Draws(0).below("a", ROWS, bound)
    assert np.all((value >= 0) & (value < bound))
    assert np.unique(value).tolist() == [0, 1, 2, 3, 4]


def test_pick_follows_the_weights():
    picked = Draws(0).pick("a", ROWS, [1, 0, 3])
    counts = np.bincount(picked, minlength=3)
    assert counts[1] == 0
    assert counts[2] / counts[0] == pytest.approx(3.0, rel=0.1)


def test_permutation_holds_every_number_once():
    order = Draws(0).permutation("a", 1_000)
    assert np.array_equal(np.sort(order), np.arange(1_000))
    assert not np.array_equal(order, np.arange(1_000))


@pytest.mark.parametrize(("size", "stop"), [(1, 100), (50, 1_000), (500, 100)])
def test_ids_are_distinct_and_from_the_start(size, stop):
    ids = Draws(0).ids("a", size, 10, stop)
    assert len(np.unique(ids)) == size
    assert ids.min() > 10
