"""Training of the notebook's model, timed and to a quality."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.__main__ import main
from benchmarks.training.epoch import EpochTimes, epoch_table
from benchmarks.training.epoch_quality import Looks, first_look
from benchmarks.training.epoch_times import multiply_adds
from benchmarks.training.notebook_keras import ItemLogits, notebook_model
from tests.support.data_sets import Window, write_data_set
from trainer.data.data_set import open_data_set


def test_the_table_is_literally_this():
    epochs = [
        EpochTimes("notebook", 10, 50, (6.0,), 6.0, 1.5),
        EpochTimes("Seamstress", 10, 41, (3.0,), 3.0, 1.5),
    ]
    table = epoch_table(epochs)
    assert list(table.rows) == [
        ["notebook", "10", "50", "6.00", "1.00", "4.00"],
        ["Seamstress", "10", "41", "3.00", "2.00", "2.00"],
    ]
    assert table.notes == ("PyTorch is left out: no --torch_python was given.",)


def test_multiply_adds_of_two_rows(tmp_path):
    windows = [Window([1, 2, 3], 4), Window([5], 6)]
    data = write_data_set(tmp_path / "data", windows, num_items=9, max_length=3)
    # Steps: 4, of them 2 behind another; inputs of 120, then of 3; 4 gates.
    layers = 4 * 3 * (120 * 4 + 3 * 2) + 4 * 2 * (3 * 4 + 2 * 2)
    expected = 3 * (layers + 2 * 9 * 4)
    assert multiply_adds(open_data_set(str(data)), 4, (3, 2)) == expected


def test_the_notebook_s_model_is_asked_at_the_last_position():
    model = notebook_model(num_items=6, num_days=3, max_length=4, units=(5, 3))
    ids = tf.constant([[0, 1, 2], [4, 7, 6]])
    days = tf.constant([[0, 1, 2], [3, 3, 1]])
    logits = ItemLogits(model, 4)({"item_id": ids, "days": days})
    whole = [tf.pad(each, [[0, 0], [1, 0]]) for each in (ids, days)]
    shares = model(whole)[:, -1]
    assert shares.shape == (2, 7)  # Padding and six items.
    np.testing.assert_allclose(tf.exp(logits), shares[:, 1:], rtol=1e-5)


def test_looks_stop_the_clock_and_the_training():
    times = iter([1.0, 3.0, 10.0, 11.0, 15.0, 20.0])
    figures = iter([{"hr@10": 0.1}, {"hr@10": 0.3}])
    looks = Looks(lambda: next(figures), 2, {"hr@10": 0.2}, lambda: next(times))
    model = SimpleNamespace(stop_training=False)
    looks.set_model(model)
    for batch in range(4):
        looks.on_train_batch_end(batch)
        assert model.stop_training == (batch == 3)
    # The first step ends at 1; looks at 3 (to 10) and at 15.
    assert [(look.steps, look.seconds) for look in looks.looks] == [(2, 2.0), (4, 7.0)]
    assert first_look(looks.looks, "hr@10", 0.2) is looks.looks[1]
    assert first_look(looks.looks, "hr@10", 0.4) is None


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--units=3"], "--units must be two sizes with a comma between, got 3"),
        (["--rounds=2"], "--rounds must be at least 5, or 0 for none, got 2"),
        (["--rounds=0", "--epochs=0"], "--rounds 0 and --epochs 0 leave nothing to"),
        (["--check_steps=0"], "--check_steps must be at least 1, got 0"),
        (["--epochs=-1"], "--epochs must be 0 or more, got -1"),
    ],
)
def test_a_wrong_call_ends_in_one_sentence(tmp_path, capsys, flags, sentence):
    output = tmp_path / "out"
    assert main(["epoch", f"--output={output}", *flags]) == 2
    assert sentence in capsys.readouterr().err
    assert not output.exists()


@pytest.mark.slow
def test_from_reviews_to_the_tables(small_real_data, tmp_path, capsys):
    output = tmp_path / "out"
    flags = ["--units=4,3", "--epochs=1", "--check_steps=1"]
    assert main(["epoch", f"--output={output}", *flags]) == 0
    text = (output / "epoch.md").read_text()
    assert capsys.readouterr().out == text
    assert "PyTorch is left out" in text
    assert "To the same quality" in text
    found = json.loads((output / "epoch.json").read_text())
    assert [len(each["seconds"]) for each in found["epochs"]] == [5, 5, 5]
    assert len(found["quality"]["looks"]) == 4
