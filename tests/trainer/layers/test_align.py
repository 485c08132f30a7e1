import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.layers import Align


def test_front_moves_the_real_steps_of_each_row_to_its_front() -> None:
    ids = np.array([[0, 0, 7, 8], [1, 2, 3, 4], [0, 0, 0, 9], [0, 0, 0, 0]], np.int32)
    length = np.array([2, 4, 1, 0], np.int32)
    moved = Align("front")(ids, length)
    expected = [[7, 8, 0, 0], [1, 2, 3, 4], [9, 0, 0, 0], [0, 0, 0, 0]]
    np.testing.assert_array_equal(moved, expected)


@given(
    st.integers(1, 6).flatmap(
        lambda steps: st.tuples(
            st.just(steps), st.lists(st.integers(0, steps), min_size=1, max_size=5)
        )
    )
)
def test_back_undoes_front(case: tuple[int, list[int]]) -> None:
    steps, lengths = case
    length = np.array(lengths, np.int32)
    states = np.arange(len(lengths) * steps * 2, dtype=np.float32)
    states = states.reshape(len(lengths), steps, 2)
    front = Align("front")(states, length)
    np.testing.assert_array_equal(Align("back")(front, length), states)


def test_keeps_the_dtype_of_states() -> None:
    states = keras.ops.ones((2, 3, 4), "bfloat16")
    layer = Align("front", dtype="mixed_bfloat16")
    moved = layer(states, np.array([1, 2], np.int32))
    assert keras.backend.standardize_dtype(moved.dtype) == "bfloat16"


def test_refuses_another_direction() -> None:
    with pytest.raises(ValueError, match="`to` must be 'front' or 'back', got 'up'"):
        Align("up")


def test_comes_back_from_its_config() -> None:
    layer = Align.from_config(Align("back", name="last").get_config())
    assert (layer.to, layer.name) == ("back", "last")
