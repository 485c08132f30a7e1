"""Requests to exported models and to the notebook's."""

import json

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.answers.serving import FLOOR, ON_BATCH, PREDICT, Asked, report_of
from benchmarks.answers.serving_ways import notebook_model


def test_the_tables_are_literally_these():
    asked = [
        Asked("SavedModel", [1.0] * 9, [12.8], 2.56),
        Asked(PREDICT, [50.0] * 9, [128.0]),
        Asked(FLOOR, [0.5] * 9),
    ]
    report = report_of(asked, 5, "python -m benchmarks serving")
    one, many = report.tables
    assert list(one.rows) == [
        ["SavedModel", "1.00", "1.00", "50.0 times as long", "2.0"],
        [PREDICT, "50.00", "50.00", "1.0 times as long", "100.0"],
        [FLOOR, "0.50", "0.50", "100.0 times as long", "1.0"],
    ]
    assert list(many.rows) == [
        ["SavedModel", "12.80", "0.0500", "5.0"],
        [PREDICT, "128.00", "0.5000", "-"],
    ]
    json.dumps(report.figures)


def test_the_notebooks_model_gives_shares_of_items_and_padding():
    model = notebook_model(num_items=7, max_length=3)
    ids = [np.ones((2, 3), np.int32)] * 2
    shares = model.predict_on_batch(ids)
    assert shares.shape == (2, 3, 8)
    np.testing.assert_allclose(shares.sum(axis=2), 1.0, rtol=1e-5)


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--rounds=0"], "--rounds must be at least 1, got 0"),
        (["--requests=9"], "--requests must be at least 10, got 9"),
    ],
)
def test_a_wrong_call_ends_in_one_sentence(tmp_path, capsys, flags, sentence):
    output = tmp_path / "out"
    assert main(["serving", f"--output={output}", *flags]) == 2
    printed = capsys.readouterr()
    assert sentence in printed.err
    assert len(printed.err.splitlines()) == 1
    assert not output.exists()


@pytest.mark.slow
def test_from_a_sample_to_the_table(small_config, tmp_path):
    output = tmp_path / "out"
    flags = [f"--configs={small_config}", "--reviews=600", "--items=40"]
    assert (
        main(["serving", f"--output={output}", *flags, "--requests=10", "--rounds=2"])
        == 0
    )
    ways = json.loads((output / "serving.json").read_text())["ways"]
    names = ["SavedModel, config small", PREDICT, ON_BATCH, FLOOR]
    assert [way["name"] for way in ways] == names
    assert [len(way["milliseconds"]) for way in ways] == [20] * 4
    assert [len(way["batch_milliseconds"]) for way in ways] == [2, 2, 2, 0]
    assert ways[0]["batch_floor_milliseconds"] > 0
    assert (output / "serving.md").exists()
