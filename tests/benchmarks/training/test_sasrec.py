"""Training of the transformer beside RecBole's."""

import json

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.training.sasrec import DIM, INNER, LAYERS, SasrecTimes, sasrec_table
from benchmarks.training.sasrec_times import multiply_adds, prefix_batches, prefixes
from tests.support.data_sets import Window, write_data_set
from trainer.data.data_set import open_data_set


def test_the_table_is_literally_this():
    times = [
        SasrecTimes("Seamstress", 1200, 9000, 6, 6, (2.0,), 2.0, 0.5),
        SasrecTimes("RecBole's SASRec", 9000, 9000, 5, 1, (4.0,), 20.0, 2.5),
    ]
    assert list(sasrec_table(times).rows) == [
        ["Seamstress", "1,200", "9,000", "6", "2.0", "10.00", "4.00"],
        ["RecBole's SASRec", "9,000", "9,000", "5", "20.0", "1.00", "8.00"],
    ]
    assert not sasrec_table(times).notes
    assert "RecBole is left out" in sasrec_table(times[:1]).notes[0]


def test_every_transition_is_the_last_of_one_prefix(tmp_path):
    # A history 1, 2, 3, 4, 5 in windows of 3, and one of two events.
    windows = [Window([1, 2, 3], 4), Window([2, 3, 4], 5, start=1), Window([6], 7)]
    data = write_data_set(tmp_path / "data", windows, num_items=9, max_length=3)
    rows, targets = prefixes(open_data_set(str(data)))
    found = sorted(zip(targets.tolist(), rows.tolist(), strict=True))
    assert found == [
        (2, [0, 0, 1]),
        (3, [0, 1, 2]),
        (4, [1, 2, 3]),
        (5, [2, 3, 4]),
        (7, [0, 0, 6]),
    ]
    ((x, y, weights),) = prefix_batches(rows, targets)
    last = np.reshape(x["item_id"], -1)[x["positions"]]
    assert sorted(zip((y + 1).numpy(), last, strict=True)) == [
        (2, 1),
        (3, 2),
        (4, 3),
        (5, 4),
        (7, 6),
    ]
    assert weights.numpy().tolist() == [1.0] * 5


def test_multiply_adds_of_a_row_of_two_steps():
    item_id = np.array([[0, 4, 5]])
    step = 4 * DIM * DIM + 2 * DIM * INNER
    layers = LAYERS * (2 * step + 2 * DIM * 3)
    assert multiply_adds(item_id, 2, 9) == 3 * (layers + 2 * DIM * 9)


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--rounds=2"], "--rounds must be at least 5, got 2"),
        (["--steps=0"], "--steps must be at least 1, got 0"),
    ],
)
def test_a_wrong_call_ends_in_one_sentence(tmp_path, capsys, flags, sentence):
    output = tmp_path / "out"
    assert main(["sasrec", f"--output={output}", *flags]) == 2
    assert sentence in capsys.readouterr().err
    assert not output.exists()


@pytest.mark.slow
def test_from_reviews_to_the_table(small_real_data, tmp_path, capsys):
    output = tmp_path / "out"
    assert main(["sasrec", f"--output={output}", "--steps=1"]) == 0
    text = (output / "sasrec.md").read_text()
    assert capsys.readouterr().out == text
    found = json.loads((output / "sasrec.json").read_text())
    names = [each["name"] for each in found["ways"]]
    assert names == ["Seamstress, windows", "Seamstress, prefixes"]
    # The same transitions in both.
    assert len({each["targets"] for each in found["ways"]}) == 1
