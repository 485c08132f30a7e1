"""The original notebook's loss, and the model that it trains."""

import json

import keras
import numpy as np
import pytest

from benchmarks.quality.notebook_cross_entropy import NotebookCrossEntropy
from benchmarks.quality.notebook_loss import main, train_and_measure
from benchmarks.quality.padding_class import (
    ItemColumns,
    notebook_batches,
    notebook_model,
)
from tests.support.data_sets import Window, cyclic_windows, write_data_set
from trainer.config_files import read_config
from trainer.data.data_set import open_data_set
from trainer.options import TrainOptions

NUM_ITEMS = 6
SMALL = {
    **read_config("notebook"),
    "item_embedding": 8,
    "day_embedding": 2,
    "units": [8],
    "batch_size": 16,
    "epochs": 2,
}


def small_data(folder):
    windows = cyclic_windows(120, NUM_ITEMS, 3, seed=1)
    return write_data_set(
        folder,
        windows[:80],
        windows[80:100],
        windows[100:],
        num_items=NUM_ITEMS,
        max_length=3,
        split="leave_one_out",
    )


def options_of(data, output="-", **settings):
    return TrainOptions(data=str(data), output=str(output), **{**SMALL, **settings})


def test_the_loss_averages_before_it_masks():
    logits = np.log(np.array([[0.5, 0.25, 0.25], [0.2, 0.2, 0.6]], np.float32))
    loss = NotebookCrossEntropy()
    # -log 0.5 at padding counts, and half of the positions are real.
    expected = (-np.log(0.5) - np.log(0.6)) / 2 * 0.5
    assert float(loss(np.array([0, 2]), logits)) == pytest.approx(expected, rel=1e-5)
    assert float(loss(np.array([0, 0]), logits)) == 0.0


def test_a_batch_holds_every_position_and_padding_as_item_1(tmp_path):
    windows = [Window([4, 5], 6, [2, 1])]
    data = write_data_set(tmp_path / "data", windows, num_items=NUM_ITEMS, max_length=4)
    data_set = open_data_set(data)
    ((x, y),) = notebook_batches(data_set, options_of(data))
    assert x["item_id"].numpy().tolist() == [[1, 1, 5, 6]]
    assert x["days"].numpy().tolist() == [[0, 0, 2, 1]]
    assert x["positions"].numpy().tolist() == [0, 1, 2, 3]
    # At the last padding the target is the first item.
    assert y.numpy().tolist() == [0, 4, 5, 6]


def test_items_are_asked_for_as_of_any_model(tmp_path):
    data = small_data(tmp_path / "data")
    data_set = open_data_set(data)
    keras.utils.set_random_seed(0)
    model = notebook_model(data_set, options_of(data))
    assert model.config.num_items == NUM_ITEMS + 1
    items = ItemColumns(model, 3)
    cut = {
        "item_id": np.array([[2, 3]], np.int32),
        "days": np.array([[1, 1]], np.int32),
    }
    whole = {
        "item_id": np.array([[1, 3, 4]], np.int32),
        "days": np.array([[0, 1, 1]], np.int32),
    }
    expected = np.asarray(model(whole))[:, 1:]
    np.testing.assert_allclose(items(cut), expected, rtol=1e-5)
    np.testing.assert_allclose(items.predict_on_batch(cut), expected, rtol=1e-5)
    assert expected.shape == (1, NUM_ITEMS)


def write_config(path, **settings):
    path.write_text(json.dumps({**SMALL, **settings}))
    return path


def test_it_learns_what_follows_what_and_is_measured(tmp_path, capsys):
    data, output = small_data(tmp_path / "data"), tmp_path / "out"
    config = write_config(
        tmp_path / "config.json", epochs=12, learning_rate=0.05, patience=0
    )
    flags = [f"--data={data}", f"--config={config}", f"--output={output}"]
    assert main(flags) == 0
    assert "epoch 12/12" in capsys.readouterr().err
    result = json.loads((output / "result.json").read_text())
    assert result["filtered"]["hr@1"] > 0.9
    (run,) = result["runs"]
    assert run["metrics"]["epochs"] == 12
    low, high = result["intervals"]["filtered"]["ndcg@10"]
    assert low <= result["filtered"]["ndcg@10"] <= high
    # Nothing is trained again.
    assert main(flags) == 0
    assert "epoch" not in capsys.readouterr().err
    assert json.loads((output / "result.json").read_text()) == result


def test_a_flag_that_is_not_there_is_one_sentence(capsys):
    assert main(["--data=d", "--config=quick", "--output=o", "--seed=1"]) == 2
    assert "unknown flag --seed" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("day_feature", ["gap", "date", "none"])
def test_every_day_feature_can_be_measured(tmp_path, day_feature):
    windows = cyclic_windows(20, NUM_ITEMS, 3, seed=1)
    data = write_data_set(
        tmp_path / "data",
        windows[:12],
        windows[12:16],
        windows[16:],
        num_items=NUM_ITEMS,
        max_length=3,
        split="leave_one_out",
        with_graph=True,
    )
    output = tmp_path / "out"
    result = train_and_measure(
        options_of(data, output, epochs=1, day_feature=day_feature)
    )
    assert set(result["filtered"]) >= {"hr@10", "ndcg@10"}
