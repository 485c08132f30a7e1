import numpy as np
import pytest
import tensorflow as tf

from trainer.batching.negatives import sample_negatives


def _sample(num_items: int, num_negatives: int, seed: int) -> tuple:
    columns, logs = sample_negatives(num_items, num_negatives, [seed, 5])
    return np.asarray(columns), np.asarray(logs)


def _samples(num_items: int, num_negatives: int, count: int) -> tuple:
    """Returns the samples of the seeds 0 ... `count` - 1, one to a row."""
    seeds = tf.stack([tf.range(count), tf.fill([count], 5)], axis=1)
    drawn = tf.data.Dataset.from_tensor_slices(seeds).map(
        lambda seed: sample_negatives(num_items, num_negatives, seed)
    )
    [(columns, logs)] = drawn.batch(count)
    return columns.numpy(), logs.numpy()


def test_a_sample_is_distinct_items_and_their_probabilities() -> None:
    columns, logs = _sample(50, 20, 0)
    assert columns.shape == logs.shape == (20,)
    assert (columns.dtype, logs.dtype) == (np.int32, np.float32)
    assert len(set(columns)) == 20
    assert 0 <= columns.min() <= columns.max() < 50
    assert (logs < 0).all()
    assert np.isfinite(logs).all()


def test_the_seed_decides() -> None:
    one, same, other = (_sample(50, 20, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert set(one[0]) != set(other[0])


@pytest.mark.parametrize("num_negatives", [7, 8, 1000])
def test_the_whole_catalogue_is_certain(num_negatives: int) -> None:
    columns, logs = _sample(7, num_negatives, 0)
    assert columns.tolist() == list(range(7))
    assert logs.tolist() == [0.0] * 7


@pytest.mark.parametrize("num_negatives", [1, 6])
def test_any_smaller_number_may_be_asked_for(num_negatives: int) -> None:
    columns, logs = _sample(7, num_negatives, 0)
    assert len(set(columns)) == num_negatives
    assert (logs < 0).all()


def test_frequent_items_are_drawn_more_often() -> None:
    drawn, _ = _samples(40, 8, 300)
    counts = np.bincount(drawn.ravel(), minlength=40)
    first, second, third, last = counts.reshape(4, 10).sum(axis=1)
    assert first > second > third > last > 0


def test_the_sum_over_a_sample_estimates_the_sum_over_the_catalogue() -> None:
    # Terms that are as uneven as those of a softmax, and no power of the rank.
    terms = np.exp(np.random.default_rng(0).normal(size=30))
    for num_negatives in (3, 12, 29):
        columns, logs = _samples(30, num_negatives, 2000)
        estimates = np.sum(terms[columns] / np.exp(logs.astype(float)), axis=1)
        error = np.std(estimates, ddof=1) / np.sqrt(len(estimates))
        assert abs(np.mean(estimates) - terms.sum()) < 4.0 * error, num_negatives
        # An estimate of the sum of the sample alone would fail.
        assert error < terms.sum() / 10
