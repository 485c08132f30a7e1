import numpy as np
import pytest
import tensorflow as tf

from trainer.batching.widths import cut_padding, row_lengths, window_widths


def _rows(lengths: list[int], width: int) -> np.ndarray:
    return np.array([[0] * (width - n) + [7] * n for n in lengths], np.int32)


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
