from pathlib import Path

import numpy as np
import pytest

from tests.support.data_sets import Window, cyclic_windows, write_data_set
from trainer.batching.scoring import scoring_batches
from trainer.data.data_set import DataSet, open_data_set
from trainer.data.records import load_split

ROWS = 45


@pytest.fixture
def data_set(tmp_path: Path) -> DataSet:
    windows = cyclic_windows(ROWS, 6, 4, 0)
    path = write_data_set(
        tmp_path / "data", windows, windows, num_items=6, max_length=4, num_shards=3
    )
    return open_data_set(path)


def test_goes_through_the_rows_in_order(data_set: DataSet) -> None:
    columns = load_split(data_set, "eval", ["item_id", "gap_days"])
    rows, inputs = zip(*scoring_batches(columns, "gap", 20), strict=True)
    assert rows == (slice(0, 20), slice(20, 40), slice(40, 45))
    assert all(x["item_id"].shape == x["days"].shape == (20, 4) for x in inputs)
    days = np.concatenate([x["days"] for x in inputs])
    np.testing.assert_array_equal(days[:ROWS], columns["gap_days"])
    assert not days[ROWS:].any()
    assert set(next(scoring_batches(columns, "none", 20))[1]) == {"item_id"}


def test_long_windows_lose_padding_and_nothing_else(tmp_path: Path) -> None:
    lengths = [1, 3, 4, 5, 9, 16, 17, 20, 2]
    windows = [
        Window(list(range(1, n + 1)), n + 1, [j % 4 + 1 for j in range(n)])
        for n in lengths
    ]
    path = write_data_set(
        tmp_path / "data",
        windows,
        windows,
        num_items=30,
        max_length=20,
        num_shards=1,
    )
    columns = load_split(open_data_set(path), "eval", ["item_id", "nb_days"])
    batches = list(scoring_batches(columns, "age", 2))
    assert [x["item_id"].shape for _, x in batches] == [
        (2, 4),
        (2, 8),
        (2, 16),
        (2, 20),
        (2, 4),
    ]
    for rows, x in batches:
        filled, width = rows.stop - rows.start, x["item_id"].shape[1]
        for name, column in (("item_id", "item_id"), ("days", "nb_days")):
            np.testing.assert_array_equal(
                x[name][:filled], columns[column][rows, -width:]
            )
            assert not columns[column][rows, :-width].any()
            assert not x[name][filled:].any()
