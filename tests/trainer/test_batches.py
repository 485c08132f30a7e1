from pathlib import Path

import keras
import numpy as np
import pytest

from schemas.errors import UserError
from tests.support.data_sets import Window, cyclic_windows, write_data_set
from trainer.batches import scoring_batches, steps_per_epoch, training_batches
from trainer.data_set import DataSet, open_data_set
from trainer.records import load_split

SOURCES = pytest.mark.parametrize("memory", [1 << 30, 0], ids=["memory", "files"])
ROWS = 45


@pytest.fixture
def data_set(tmp_path: Path) -> DataSet:
    windows = cyclic_windows(ROWS, 6, 4, 0)
    path = write_data_set(
        tmp_path / "data", windows, windows, num_items=6, max_length=4, num_shards=3
    )
    return open_data_set(path)


def _transitions(batches, count: int) -> list[tuple[int, int, int]]:
    """(input, day, target) of every real position, over `count` elements."""
    found = []
    for x, y, weights in batches.take(count):
        item_id, days = x["item_id"].numpy().ravel(), x["days"].numpy().ravel()
        for position, label, weight in zip(
            x["positions"].numpy(), y.numpy(), weights.numpy(), strict=True
        ):
            assert weight in (0.0, 1.0)
            if weight:
                found.append((item_id[position], days[position], label + 1))
    return found


def _expected(data_set: DataSet) -> list[tuple[int, int, int]]:
    columns = load_split(data_set, "train", ["item_id", "nb_days", "target"])
    triples = zip(
        columns["item_id"].ravel(),
        columns["nb_days"].ravel(),
        columns["target"].ravel(),
        strict=True,
    )
    return [triple for triple in triples if triple[0]]


@SOURCES
@pytest.mark.parametrize("replicas", [1, 2, 3])
def test_an_epoch_holds_every_real_target_once(
    data_set: DataSet, memory: int, replicas: int
) -> None:
    batches = training_batches(
        data_set,
        "train",
        "age",
        10,
        num_replicas=replicas,
        memory_limit_bytes=memory,
    )
    count = steps_per_epoch(ROWS, 10) * replicas
    assert sorted(_transitions(batches, count)) == sorted(_expected(data_set))


@SOURCES
def test_the_seed_and_the_epoch_decide_the_order(
    data_set: DataSet, memory: int
) -> None:
    def first(seed: int, epoch: int) -> list[tuple[int, int, int]]:
        batches = training_batches(
            data_set,
            "train",
            "age",
            ROWS,
            seed=seed,
            first_epoch=epoch,
            memory_limit_bytes=memory,
        )
        return _transitions(batches, 1)

    assert first(3, 0) == first(3, 0)
    assert first(3, 0) != first(4, 0)
    assert first(3, 0) != first(3, 1)


@SOURCES
def test_a_global_seed_changes_nothing(data_set: DataSet, memory: int) -> None:
    def epoch() -> list[tuple[int, int, int]]:
        batches = training_batches(
            data_set, "train", "age", ROWS, seed=3, memory_limit_bytes=memory
        )
        return _transitions(batches, 1)

    before = epoch()
    keras.utils.set_random_seed(5)  # as `train` does
    assert epoch() == before


@SOURCES
def test_the_second_epoch_of_a_run_is_the_one_a_later_start_begins_with(
    data_set: DataSet, memory: int
) -> None:
    arguments = {"seed": 3, "memory_limit_bytes": memory}
    run = training_batches(data_set, "train", "age", 10, **arguments)
    later = training_batches(data_set, "train", "age", 10, first_epoch=1, **arguments)
    steps = steps_per_epoch(ROWS, 10)
    assert _transitions(run.skip(steps), steps) == _transitions(later, steps)


@SOURCES
def test_shapes_stay_the_same_to_the_last_batch(data_set: DataSet, memory: int) -> None:
    batches = training_batches(data_set, "train", "none", 10, memory_limit_bytes=memory)
    for x, y, weights in batches.take(5):
        assert set(x) == {"item_id", "positions"}
        assert x["item_id"].shape == (10, 4)
        assert x["item_id"].dtype == x["positions"].dtype == y.dtype == np.int32
        # One of eight sizes: multiples of an eighth of 40 positions.
        assert x["positions"].shape[0] % 5 == 0
        assert x["positions"].shape == y.shape == weights.shape


def test_replicas_share_the_last_rows_evenly(data_set: DataSet) -> None:
    batches = training_batches(data_set, "train", "none", 40, num_replicas=2)
    elements = list(batches.take(4))
    rows = [int((x["item_id"].numpy().sum(axis=1) > 0).sum()) for x, _, _ in elements]
    assert rows == [20, 20, 3, 2]


def test_unknown_and_padding_are_no_targets(tmp_path: Path) -> None:
    # N is 3, so 4 is unknown: an allowed input and never a target.
    windows = [Window([1, 4, 2], 3), Window([4], 0), Window([2], 1)]
    path = write_data_set(tmp_path / "data", windows, num_items=3, max_length=3)
    batches = training_batches(open_data_set(path), "train", "age", 3)
    found = [(item, target) for item, _, target in _transitions(batches, 1)]
    assert sorted(found) == [(2, 1), (2, 3), (4, 2)]


@SOURCES
def test_a_damaged_shard_is_found_before_training(
    data_set: DataSet, memory: int
) -> None:
    shard = Path(data_set.files("train")[1])
    shard.write_bytes(shard.read_bytes()[:-30])
    with pytest.raises(UserError, match=r"windows-00001-of-00003.* is damaged"):
        training_batches(data_set, "train", "age", 8, memory_limit_bytes=memory)


def test_scoring_goes_through_the_rows_in_order(data_set: DataSet) -> None:
    columns = load_split(data_set, "eval", ["item_id", "gap_days"])
    rows, inputs = zip(*scoring_batches(columns, "gap", 20), strict=True)
    assert rows == (slice(0, 20), slice(20, 40), slice(40, 45))
    assert all(x["item_id"].shape == x["days"].shape == (20, 4) for x in inputs)
    days = np.concatenate([x["days"] for x in inputs])
    np.testing.assert_array_equal(days[:ROWS], columns["gap_days"])
    assert not days[ROWS:].any()
    assert set(next(scoring_batches(columns, "none", 20))[1]) == {"item_id"}
