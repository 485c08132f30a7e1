"""Item-kNN against worked numbers, and against dense matrices."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trainer.baselines.item_knn import ItemKnn
from trainer.data.training_events import TrainingEvents


def events_of(histories, num_items):
    """The events of histories, a list of items for each user."""
    rows = [
        (user, place, item)
        for user, items in enumerate(histories)
        for place, item in enumerate(items)
    ]
    user, place, item_id = np.array(rows, int).reshape(-1, 3).T
    return TrainingEvents(user, place, item_id, np.zeros_like(user), num_items)


def scores_after(histories, num_items, *inputs):
    baseline = ItemKnn.fit(events_of(histories, num_items))
    return baseline.score({"item_id": np.array(inputs)})


def test_worked_example():
    # Users of item 1: a, b; of 2: a, b, c; of 3: c. Item 4 has no event.
    histories = [[1, 2], [2, 1], [2, 3]]
    prior = 1e-9 * np.array([2, 3, 1, 0])
    one_and_two, two_and_three = 2 / np.sqrt(2 * 3), 1 / np.sqrt(3 * 1)
    expected = np.array(
        [
            [0, one_and_two, 0, 0],
            [one_and_two, 0, two_and_three, 0],
            [one_and_two, one_and_two + two_and_three, two_and_three, 0],
        ]
    )
    scores = scores_after(histories, 4, [0, 0, 1], [0, 4, 2], [3, 1, 2])
    np.testing.assert_allclose(scores, expected + prior, rtol=1e-12)


def test_a_norm_counts_events_and_a_column_users():
    scores = scores_after([[1, 2, 1], [2]], 2, [1])
    np.testing.assert_allclose(scores, [[2e-9, 1 / np.sqrt(2 * 2) + 2e-9]])


def test_sums_over_the_last_five_inputs_each_time_an_item_stands_there():
    histories = [[1, 2], [3, 4]]
    scores = scores_after(histories, 4, [3, 1, 1, 0, 0, 1], [3, 3, 0, 0, 0, 0])
    expected = [[0, 3, 0, 0], [0, 0, 0, 1]]
    np.testing.assert_allclose(scores, expected + 1e-9 * np.ones(4), rtol=1e-12)


def test_padding_and_unknown_inputs_leave_popularity():
    scores = scores_after([[1, 2], [2]], 3, [0, 4], [0, 0])
    np.testing.assert_allclose(scores, [[1e-9, 2e-9, 0]] * 2)


def test_no_event_leaves_every_item_at_zero():
    np.testing.assert_array_equal(scores_after([], 2, [1, 2]), np.zeros((1, 2)))


@st.composite
def worlds(draw):
    num_items = draw(st.integers(1, 8))
    items = st.integers(1, num_items)
    histories = st.lists(st.lists(items, min_size=1, max_size=9), max_size=6)
    # Padding in any place and unknown items are allowed as inputs.
    inputs = st.lists(st.integers(0, num_items + 1), min_size=7, max_size=7)
    batch = st.lists(inputs, min_size=1, max_size=5)
    return draw(histories), num_items, draw(batch)


@given(worlds())
def test_equals_the_dense_matrices(world):
    histories, num_items, inputs = world
    binary = np.zeros((len(histories), num_items + 2))
    counts = np.zeros(num_items + 2)
    for user, items in enumerate(histories):
        binary[user, items] = 1
        np.add.at(counts, items, 1)
    norms = np.sqrt(np.maximum(counts, 1))
    cosines = binary.T @ binary / np.outer(norms, norms)
    np.fill_diagonal(cosines, 0)
    expected = [sum(cosines[item] for item in row[-5:]) for row in inputs]
    expected = np.array(expected)[:, 1:-1] + 1e-9 * counts[1:-1]
    scores = scores_after(histories, num_items, *inputs)
    np.testing.assert_allclose(scores, expected, rtol=1e-12, atol=1e-15)
