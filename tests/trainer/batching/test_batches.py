from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from schemas.errors import UserError
from tests.support.batches import batches as batches_of
from tests.support.batches import plan
from tests.support.data_sets import Window, cyclic_windows, write_data_set
from tests.support.reference import window_places
from trainer.batching.widths import window_widths
from trainer.data.data_set import DataSet, open_data_set
from trainer.data.records import load_split

SOURCES = pytest.mark.parametrize("memory", [1 << 30, 0], ids=["memory", "files"])
ROWS = 45


@pytest.fixture
def data_set(tmp_path: Path) -> DataSet:
    windows = cyclic_windows(ROWS, 6, 4, 0)
    path = write_data_set(
        tmp_path / "data", windows, windows, num_items=6, max_length=4, num_shards=3
    )
    return open_data_set(path)


def _batches(data_set: DataSet, batch_size: int = 10, day: str = "age", **settings):
    return batches_of(data_set, batch_size, day, **settings)


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
    batches = _batches(data_set, num_replicas=replicas, memory_limit_bytes=memory)
    count = plan(data_set, 10).num_batches * replicas
    assert sorted(_transitions(batches, count)) == sorted(_expected(data_set))


@SOURCES
def test_the_seed_and_the_epoch_decide_the_order(
    data_set: DataSet, memory: int
) -> None:
    def first(seed: int, epoch: int) -> list[tuple[int, int, int]]:
        batches = _batches(
            data_set, ROWS, seed=seed, first_epoch=epoch, memory_limit_bytes=memory
        )
        return _transitions(batches, 1)

    assert first(3, 0) == first(3, 0)
    assert first(3, 0) != first(4, 0)
    assert first(3, 0) != first(3, 1)


@SOURCES
def test_a_global_seed_changes_nothing(data_set: DataSet, memory: int) -> None:
    def epoch() -> list[tuple[int, int, int]]:
        batches = _batches(data_set, ROWS, seed=3, memory_limit_bytes=memory)
        return _transitions(batches, 1)

    before = epoch()
    keras.utils.set_random_seed(5)  # as `train` does
    assert epoch() == before


@SOURCES
def test_the_second_epoch_of_a_run_is_the_one_a_later_start_begins_with(
    data_set: DataSet, memory: int
) -> None:
    arguments = {"seed": 3, "memory_limit_bytes": memory}
    run = _batches(data_set, **arguments)
    later = _batches(data_set, first_epoch=1, **arguments)
    steps = plan(data_set, 10).num_batches
    assert _transitions(run.skip(steps), steps) == _transitions(later, steps)


@SOURCES
@pytest.mark.parametrize("replicas", [1, 2])
@pytest.mark.parametrize(("epoch", "step"), [(0, 1), (1, 2), (0, 4)])
def test_a_start_inside_an_epoch_begins_where_the_run_is(
    data_set: DataSet, memory: int, replicas: int, epoch: int, step: int
) -> None:
    arguments = {
        "seed": 3,
        "memory_limit_bytes": memory,
        "num_replicas": replicas,
        "num_negatives": 3,
        "unknown_rate": 0.3,
        "day": "gap",
    }
    run = _batches(data_set, **arguments)
    later = _batches(data_set, first_epoch=epoch, first_step=step, **arguments)
    done = (epoch * plan(data_set, 10).num_batches + step) * replicas
    for mine, its in zip(later.take(7), run.skip(done).take(7), strict=True):
        for value, expected in zip(
            tf.nest.flatten(mine), tf.nest.flatten(its), strict=True
        ):
            np.testing.assert_array_equal(value, expected)


@SOURCES
def test_shapes_stay_the_same_to_the_last_batch(data_set: DataSet, memory: int) -> None:
    batches = _batches(data_set, day="none", memory_limit_bytes=memory)
    for x, y, weights in batches.take(5):
        assert set(x) == {"item_id", "positions"}
        assert x["item_id"].shape == (10, 4)
        assert x["item_id"].dtype == x["positions"].dtype == y.dtype == np.int32
        # One of eight sizes: multiples of an eighth of 40 positions.
        assert x["positions"].shape[0] % 5 == 0
        assert x["positions"].shape == y.shape == weights.shape


def test_replicas_share_the_last_rows_evenly(data_set: DataSet) -> None:
    batches = _batches(data_set, 40, "none", num_replicas=2)
    elements = list(batches.take(4))
    rows = [int((x["item_id"].numpy().sum(axis=1) > 0).sum()) for x, _, _ in elements]
    assert rows == [20, 20, 3, 2]


def test_unknown_and_padding_are_no_targets(tmp_path: Path) -> None:
    # N is 3, so 4 is unknown: an allowed input and never a target.
    windows = [Window([1, 4, 2], 3), Window([4], 0), Window([2], 1)]
    path = write_data_set(tmp_path / "data", windows, num_items=3, max_length=3)
    batches = _batches(open_data_set(path), 3)
    found = [(item, target) for item, _, target in _transitions(batches, 1)]
    assert sorted(found) == [(2, 1), (2, 3), (4, 2)]


def test_a_damaged_shard_is_found_before_training(data_set: DataSet) -> None:
    shard = Path(data_set.files("train")[1])
    shard.write_bytes(shard.read_bytes()[:-30])
    with pytest.raises(UserError, match=r"windows-00001-of-00003.* is damaged"):
        _batches(data_set)


def _history_windows(lengths: list[int], max_length: int, stride: int) -> list[Window]:
    """Returns the windows of histories whose every event is an item of its own."""
    found, first = [], 1
    for user, length in enumerate(lengths):
        items = list(range(first, first + length))
        first += length
        for i, t in window_places(length, max_length, stride):
            chosen = items[i : t + 1]
            found.append(Window(chosen[:-1], chosen[-1], user=f"u{user}", start=i))
    return found


# Of several lengths, so that batches are cut to several widths.
LENGTHS = [2, 3, 5, 6, 9, 12, 20, 33, 55, 53]


@pytest.fixture(scope="module")
def long_data_set(tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    path = write_data_set(
        tmp_path_factory.mktemp("long") / "data",
        _history_windows(LENGTHS, 50, 1),
        num_items=sum(LENGTHS),
        max_length=50,
        num_shards=3,
    )
    return open_data_set(path)


def _targets(data_set: DataSet, batch_size: int, **settings) -> list[int]:
    """The targets of an epoch; those of a history are items of its own."""
    batches = _batches(data_set, batch_size, "none", **settings)
    positions = settings.get("train_positions", "all")
    steps = plan(data_set, batch_size, positions).num_batches
    found = []
    for x, y, weights in batches.take(steps * settings.get("num_replicas", 1)):
        assert x["item_id"].shape[1] in window_widths(data_set.max_length)
        items = x["item_id"].numpy().ravel()[x["positions"].numpy()]
        labels = y.numpy()
        # Targets are the items after their inputs, wherever padding was cut.
        real = weights.numpy() > 0
        np.testing.assert_array_equal(labels[real], items[real])
        found.extend((labels[real] + 1).tolist())
    return sorted(found)


@SOURCES
@pytest.mark.parametrize("replicas", [1, 2, 3])
def test_an_epoch_of_long_windows_holds_every_real_target_once(
    long_data_set: DataSet, memory: int, replicas: int
) -> None:
    windows = _history_windows(LENGTHS, 50, 1)
    expected = sorted(item for w in windows for item in [*w.items[1:], w.target])
    arguments = {"num_replicas": replicas, "memory_limit_bytes": memory}
    assert _targets(long_data_set, 4, **arguments) == expected


@SOURCES
@pytest.mark.parametrize("replicas", [1, 2])
def test_once_holds_every_transition_once(
    long_data_set: DataSet, memory: int, replicas: int
) -> None:
    expected, first = [], 1
    for length in LENGTHS:
        expected += list(range(first + 1, first + length))
        first += length
    arguments = {"num_replicas": replicas, "memory_limit_bytes": memory}
    assert _targets(long_data_set, 4, train_positions="once", **arguments) == expected


def test_last_holds_one_target_of_every_window(long_data_set: DataSet) -> None:
    expected = sorted(window.target for window in _history_windows(LENGTHS, 50, 1))
    assert _targets(long_data_set, 4, train_positions="last") == expected


@SOURCES
def test_a_target_of_a_short_history_weighs_as_much_as_one_of_a_long_one(
    tmp_path: Path, memory: int
) -> None:
    # A step's loss is the mean over its targets.
    windows = [Window([1, 2], 3, user=f"short{n}") for n in range(200)]
    windows += [Window([4] * 20, 5, user=f"long{n}") for n in range(40)]
    path = write_data_set(tmp_path / "data", windows, num_items=6, max_length=20)
    data_set = open_data_set(path)
    shares: dict[int, list[float]] = {2: [], 3: [], 4: [], 5: []}
    batches = _batches(data_set, 24, "none", memory_limit_bytes=memory)
    for _, y, weights in batches.take(plan(data_set, 24).num_batches):
        labels = y.numpy()[weights.numpy() > 0] + 1
        for label in set(labels):
            count = np.count_nonzero(labels == label)
            shares[label] += [1.0 / len(labels)] * count
    assert len(shares[2]) == len(shares[3]) == 200
    short, long = np.mean(shares[2] + shares[3]), np.mean(shares[4] + shares[5])
    assert short == pytest.approx(long, rel=0.15)


def test_long_batches_are_narrow_where_their_rows_are_short(
    long_data_set: DataSet,
) -> None:
    batches = _batches(long_data_set, 2, "none")
    epoch = batches.take(plan(long_data_set, 2).num_batches)
    assert {x["item_id"].shape[1] for x, _, _ in epoch} == {4, 8, 16, 32, 50}


@SOURCES
def test_a_sample_of_negatives_goes_with_every_step(
    data_set: DataSet, memory: int
) -> None:
    settings = {"num_negatives": 3, "seed": 1, "memory_limit_bytes": memory}
    plain = list(_batches(data_set, seed=1, memory_limit_bytes=memory).take(5))
    sampled = list(_batches(data_set, **settings).take(10))
    for (_, y, weights), (x, zeros, same) in zip(plain, sampled, strict=False):
        np.testing.assert_array_equal(x["labels"], y)
        np.testing.assert_array_equal(same, weights)
        assert not zeros.numpy().any()
        assert x["negatives"].shape == x["log_probability"].shape == (3,)
    drawn = [tuple(x["negatives"].numpy()) for x, _, _ in sampled]
    assert len(set(drawn)) > 5
    # A run that goes on draws what one from the start would have drawn.
    later = list(_batches(data_set, first_epoch=1, **settings).take(5))
    assert [tuple(x["negatives"].numpy()) for x, _, _ in later] == drawn[5:]
    other = list(_batches(data_set, **{**settings, "seed": 2}).take(10))
    assert [tuple(x["negatives"].numpy()) for x, _, _ in other] != drawn


def test_replicas_draw_negatives_of_their_own(data_set: DataSet) -> None:
    batches = _batches(data_set, num_replicas=2, num_negatives=3)
    drawn = [tuple(x["negatives"].numpy()) for x, _, _ in batches.take(10)]
    assert sum(one != two for one, two in zip(drawn[::2], drawn[1::2], strict=True)) > 2
