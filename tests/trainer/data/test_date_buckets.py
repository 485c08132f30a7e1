from pathlib import Path

import numpy as np
import pytest

from schemas.features import DAY, ITEM_ID, NB_DAYS
from tests.support.data_sets import Window, write_data_set
from trainer.batching.scoring import load_inputs
from trainer.data.data_set import DataSet, open_data_set
from trainer.data.date_buckets import DateBuckets
from trainer.data.records import load_split


@pytest.fixture
def data_set(tmp_path: Path) -> DataSet:
    windows = [Window([1, 2, 3], 4, [3, 2, 1]), Window([5], 6, [4])]
    path = write_data_set(
        tmp_path / "data",
        windows,
        windows,
        num_items=6,
        max_length=4,
        with_graph=True,
    )
    return open_data_set(path)


def test_buckets_are_those_of_the_transform_graph(data_set: DataSet) -> None:
    # The graph of the tests gives a day's bucket as the day itself, from 1 to 4.
    buckets = DateBuckets.load(data_set)
    reference = data_set.manifest.reference_day
    item_id = np.array([[0, 7, 1, 2, 3, 4]])
    ages = np.array([[9, 9000, 4, 3, 1, 0]])
    day = np.concatenate([reference - ages, [[reference + 50]]], axis=1)
    np.testing.assert_array_equal(buckets(item_id, day), [[0, 4, 4, 3, 1, 1]])


def test_days_after_the_reference_day_count_as_it(data_set: DataSet) -> None:
    buckets = DateBuckets.load(data_set)
    reference = data_set.manifest.reference_day
    day = np.array([[reference + 1, reference + 900, reference + 901]])
    np.testing.assert_array_equal(buckets(np.array([[1, 2]]), day), [[1, 1]])


def test_the_day_of_the_target_changes_nothing(data_set: DataSet) -> None:
    buckets = DateBuckets.load(data_set)
    columns = load_split(data_set, "eval", [ITEM_ID, DAY])
    later = columns[DAY].copy()
    later[:, -1] += 100
    np.testing.assert_array_equal(
        buckets(columns[ITEM_ID], later), buckets(columns[ITEM_ID], columns[DAY])
    )


def test_held_out_inputs_hold_dates_where_the_model_takes_them(
    data_set: DataSet,
) -> None:
    dated = load_inputs(data_set, "eval", "date", [])
    columns = load_split(data_set, "eval", [ITEM_ID, DAY, NB_DAYS])
    expected = DateBuckets.load(data_set)(columns[ITEM_ID], columns[DAY])
    assert set(dated) == {ITEM_ID, NB_DAYS}
    np.testing.assert_array_equal(dated[NB_DAYS], expected)
    aged = load_inputs(data_set, "eval", "age", [])
    np.testing.assert_array_equal(aged[NB_DAYS], columns[NB_DAYS])
