import numpy as np
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from trainer.batching.batch_cuts import cut_batches
from trainer.batching.batch_plan import BatchPlan

PLAN = BatchPlan((4, 8, 12), (3, 2, 1), (0, 0, 0))
SEED = tf.constant([1, 2], tf.int64)


def _cut(needed: list[int], last: bool, plan: BatchPlan = PLAN):
    order, limits, left = cut_batches(tf.constant(needed, tf.int32), plan, last, SEED)
    batches = [order[start:stop].numpy().tolist() for start, stop in limits]
    return batches, left.numpy().tolist()


def test_rows_of_one_width_stay_in_order() -> None:
    plan = BatchPlan((4,), (3,), (3,))
    assert _cut([0] * 7, True, plan) == ([[0, 1, 2], [3, 4, 5], [6]], [])
    assert _cut([0] * 7, False, plan) == ([[0, 1, 2], [3, 4, 5]], [6])


def test_no_rows_are_no_batches() -> None:
    assert _cut([], True) == ([], [])


@given(st.lists(st.integers(0, 2), max_size=40), st.booleans())
def test_every_row_is_in_one_batch_of_its_width_or_left(
    needed: list[int], last: bool
) -> None:
    batches, left = _cut(needed, last)
    assert sorted([*(row for batch in batches for row in batch), *left]) == list(
        range(len(needed))
    )
    widths = []
    for batch in batches:
        assert len({needed[row] for row in batch}) == 1
        assert batch == sorted(batch)
        widths.append(needed[batch[0]])
    full = [len(b) == PLAN.rows[w] for b, w in zip(batches, widths, strict=True)]
    for width, rows in enumerate(PLAN.rows):
        partly = [w == width and not f for w, f in zip(widths, full, strict=True)]
        assert sum(partly) <= last
        waiting = sum(needed[row] == width for row in left)
        assert waiting == (0 if last else needed.count(width) % rows)


def test_the_seed_mixes_the_widths() -> None:
    batches, _ = _cut([0] * 30 + [1] * 20 + [2] * 10, True)
    widths = [np.searchsorted([30, 50], batch[0], side="right") for batch in batches]
    assert sorted(widths) != widths
