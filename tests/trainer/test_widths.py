import itertools

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from trainer.widths import cut_padding, epoch_order, row_lengths, window_widths


def _rows(lengths: list[int], width: int) -> np.ndarray:
    return np.array([[0] * (width - n) + [7] * n for n in lengths], np.int32)


def _order(lengths: list[int], width: int, batch_size: int, seed: int) -> np.ndarray:
    return np.asarray(
        epoch_order(
            tf.constant(_rows(lengths, width)),
            window_widths(width),
            batch_size,
            tf.constant([0, seed], tf.int64),
        )
    )


@pytest.mark.parametrize(
    ("max_length", "expected"),
    [
        (1, (1,)),
        (5, (5,)),
        (8, (8,)),
        (9, (4, 8, 9)),
        (16, (4, 8, 16)),
        (50, (4, 8, 16, 32, 50)),
    ],
)
def test_widths_are_few_and_end_with_the_window(
    max_length: int, expected: tuple[int, ...]
) -> None:
    assert window_widths(max_length) == expected


def test_lengths_are_those_of_the_real_steps() -> None:
    assert np.asarray(row_lengths(_rows([0, 3, 5], 5))).tolist() == [0, 3, 5]


@given(
    st.lists(st.integers(1, 20), min_size=1, max_size=60),
    st.integers(1, 20),
    st.integers(0, 5),
)
def test_an_epoch_holds_every_row_once_by_batches_of_about_one_width(
    lengths: list[int], batch_size: int, seed: int
) -> None:
    order = _order(lengths, 20, batch_size, seed)
    assert sorted(order) == list(range(len(lengths)))
    needed = np.searchsorted(window_widths(20), np.array(lengths)[order])
    full = len(lengths) // batch_size
    batches = needed[: full * batch_size].reshape(full, batch_size)
    # Sorted by what they need, they are cut from one sorted row of widths.
    spans = sorted((batch.min(), batch.max()) for batch in batches)
    for (_, high), (low, _) in itertools.pairwise(spans):
        assert high <= low
    changes = len(set(needed.tolist())) - 1
    assert sum(low != high for low, high in spans) <= changes


def test_the_seed_decides_the_order_and_shuffles_rows_of_one_width() -> None:
    lengths = [3] * 32 + [15] * 32
    first, same, other = (_order(lengths, 16, 8, seed).tolist() for seed in (0, 0, 1))
    assert first == same
    assert first != other
    as_batches = [
        {frozenset(order[start : start + 8]) for start in range(0, 64, 8)}
        for order in (first, other)
    ]
    assert not as_batches[0] & as_batches[1]  # other rows together
    kinds = [lengths[order[start]] for order in (first, other) for start in (0, 8, 16)]
    assert set(kinds) == {3, 15}  # short and long batches in turn


def test_short_windows_are_shuffled_alone() -> None:
    lengths = [1, 5] * 20
    order = _order(lengths, 5, 10, 0)
    assert sorted(order) == list(range(40))
    # All of one length together would be no shuffle.
    assert 0 < sum(lengths[row] == 1 for row in order[:20]) < 20


@pytest.mark.parametrize(
    ("lengths", "width"), [([1, 4], 4), ([5], 8), ([9, 2], 16), ([17], 20), ([0], 4)]
)
def test_only_padding_is_cut(lengths: list[int], width: int) -> None:
    item_id = _rows(lengths, 20)
    batch = {
        "item_id": item_id,
        "target": item_id + 1,
        "start": np.arange(len(item_id)),
    }
    tensors = {name: tf.constant(value) for name, value in batch.items()}
    cut = cut_padding(tensors, window_widths(20))
    assert cut["item_id"].shape == (len(lengths), width)
    assert np.asarray(row_lengths(cut["item_id"])).tolist() == lengths
    np.testing.assert_array_equal(cut["target"], batch["target"][:, 20 - width :])
    np.testing.assert_array_equal(cut["start"], batch["start"])


def test_a_window_of_one_width_stays_as_it_is() -> None:
    item_id = tf.constant(_rows([1], 5))
    assert cut_padding({"item_id": item_id}, (5,))["item_id"].shape == (1, 5)
