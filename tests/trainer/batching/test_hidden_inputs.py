from pathlib import Path

import keras
import numpy as np
import pytest

from tests.support.batches import batches
from tests.support.data_sets import cyclic_windows, write_data_set
from tests.support.training import small_options, write_cyclic_data
from trainer.batching.hidden_inputs import hide_inputs
from trainer.data.data_set import DataSet, open_data_set
from trainer.models import build_model
from trainer.runs import load_run
from trainer.training.train import model_config, train

IDS = np.array([[0, 0, 3, 4], [1, 2, 3, 4]], np.int32)


def test_the_rate_is_the_share_that_is_hidden() -> None:
    ids = np.full([100, 100], 3, np.int32)
    hidden = hide_inputs(ids, 0.2, 9, [1, 2]).numpy()
    assert set(np.unique(hidden)) == {3, 9}
    # The standard deviation of the share is 0.004.
    assert (hidden == 9).mean() == pytest.approx(0.2, abs=0.02)


def test_padding_stays_and_a_rate_of_one_hides_the_rest() -> None:
    hidden = hide_inputs(IDS, 1.0, 9, [1, 2]).numpy()
    assert hidden.tolist() == [[0, 0, 9, 9], [9, 9, 9, 9]]
    assert hide_inputs(IDS, 0.0, 9, [1, 2]).numpy().tolist() == IDS.tolist()


def test_the_seed_decides() -> None:
    ids = np.full([10, 10], 3, np.int32)
    one, same, other = (
        hide_inputs(ids, 0.5, 9, [seed, 2]).numpy().tolist() for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other


@pytest.fixture
def data_set(tmp_path: Path) -> DataSet:
    windows = cyclic_windows(45, 6, 4, 0)
    path = write_data_set(tmp_path / "data", windows, num_items=6, max_length=4)
    return open_data_set(path)


def _epochs(data_set: DataSet, **settings: object) -> list:
    chosen = {"batch_size": 10, "day_feature": "gap", **settings}
    return list(batches(data_set, **chosen).take(10))


@pytest.mark.parametrize("num_negatives", [0, 3])
def test_batches_hide_items_and_gaps_and_no_target(
    data_set: DataSet, num_negatives: int
) -> None:
    plain = _epochs(data_set, num_negatives=num_negatives)
    hidden = _epochs(data_set, num_negatives=num_negatives, unknown_rate=0.5)
    changed = {"item_id": 0, "days": 0}
    for (x, y, weights), (x_hidden, y_hidden, weights_hidden) in zip(
        plain, hidden, strict=True
    ):
        np.testing.assert_array_equal(y, y_hidden)
        np.testing.assert_array_equal(weights, weights_hidden)
        np.testing.assert_array_equal(x["positions"], x_hidden["positions"])
        for name, hidden_id in (("item_id", 7), ("days", 0)):
            before, after = x[name].numpy(), x_hidden[name].numpy()
            differs = before != after
            assert (after[differs] == hidden_id).all()
            assert (before[differs] != 0).all()
            changed[name] += int(differs.sum())
    assert min(changed.values()) > 100


def test_ages_are_never_hidden(data_set: DataSet) -> None:
    plain = _epochs(data_set, day_feature="age")
    hidden = _epochs(data_set, day_feature="age", unknown_rate=0.5)
    for (x, _, _), (x_hidden, _, _) in zip(plain, hidden, strict=True):
        np.testing.assert_array_equal(x["days"], x_hidden["days"])


def test_a_run_that_goes_on_hides_what_one_from_the_start_would(
    data_set: DataSet,
) -> None:
    whole = _epochs(data_set, unknown_rate=0.5)
    later = _epochs(data_set, unknown_rate=0.5, first_epoch=1)
    for (x, _, _), (x_later, _, _) in zip(whole[5:], later[:5], strict=True):
        np.testing.assert_array_equal(x["item_id"], x_later["item_id"])
        np.testing.assert_array_equal(x["days"], x_later["days"])


@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_the_vectors_of_the_unknown_are_learned(tmp_path: Path, rate: float) -> None:
    data = write_cyclic_data(tmp_path / "data")
    options = small_options(
        data, tmp_path / "run", day_feature="gap", epochs=1, unknown_rate=rate
    )
    train(options, export=False)
    trained, _ = load_run(str(tmp_path / "run"))

    keras.utils.set_random_seed(options.seed)
    fresh = build_model(model_config(open_data_set(data), options))
    fresh.build()
    for layer, row in (("item_embedding", -1), ("day_embedding", 0)):
        before, after = (
            np.asarray(getattr(model, layer).embeddings)[row]
            for model in (fresh, trained)
        )
        assert (before != after).any() == (rate > 0)
