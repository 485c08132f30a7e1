import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trainer.batching.batch_plan import BatchPlan, plan_batches
from trainer.batching.target_counts import TargetCounts
from trainer.batching.widths import window_widths


def _plan(
    rows: list[int], learned: list[int], max_length: int, batch_size: int
) -> BatchPlan:
    none = np.zeros(1, np.int64)
    counts = TargetCounts(none, none, np.array(rows), np.array(learned))
    return plan_batches(counts, max_length, batch_size)


def test_windows_of_one_width_are_batches_of_the_size_asked_for() -> None:
    assert _plan([100], [450], 5, 32) == BatchPlan((5,), (32,), (4,))


def test_batches_of_short_rows_hold_more_of_them() -> None:
    # 4, 8, 16 and 20 steps; the mean row has 1,000 / 200 = 5 targets.
    plan = _plan([100, 60, 0, 40], [200, 300, 0, 500], 20, 32)
    assert plan.widths == (4, 8, 16, 20)
    assert plan.rows == (80, 32, 32, 13)
    assert plan.batches == (2, 2, 0, 4)
    assert plan.num_batches == 8


def test_no_batch_has_more_steps_than_full_rows_would() -> None:
    # Nearly all is in the long rows; a short one has one target.
    plan = _plan([1000, 0, 0, 1000], [1000, 0, 0, 19000], 20, 32)
    assert plan.rows[0] == 32 * 20 // 4


def test_rows_without_a_target_are_batches_too() -> None:
    plan = _plan([7, 0, 0, 3], [0, 0, 0, 60], 20, 4)
    assert plan.rows[0] == 4
    assert plan.batches == (2, 0, 0, 3)


@given(st.data())
def test_every_batch_has_about_as_many_targets(data: st.DataObject) -> None:
    max_length = data.draw(st.integers(9, 100))
    widths = window_widths(max_length)
    batch_size = data.draw(st.integers(1, 300))
    rows, learned, least = [], [], 1
    for width in widths:
        rows.append(data.draw(st.integers(0, 3000)))
        learned.append(data.draw(st.integers(rows[-1] * least, rows[-1] * width)))
        least = width + 1
    if not sum(rows):
        return
    plan = _plan(rows, learned, max_length, batch_size)
    mean = batch_size * sum(learned) / sum(rows)
    for width, rows_here, learned_here, size, batches in zip(
        widths, rows, learned, plan.rows, plan.batches, strict=True
    ):
        assert size * (batches - 1) < max(rows_here, 1) <= max(size * batches, 1)
        assert 1 <= size <= batch_size * max_length // width
        if 1 < size < batch_size * max_length // width and rows_here:
            # To half a row, as rows are whole.
            of_a_row = learned_here / rows_here
            assert abs(size * of_a_row - mean) <= 0.5 * of_a_row + 1e-9
