"""Logits at every position are the same, and the table of their speed."""

import json

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.common.timing import Timing
from benchmarks.training.every_position import EveryPosition, at_every_position
from benchmarks.training.logits import (
    CASES,
    PRODUCT,
    VALIDATION_PRODUCT,
    CaseTimes,
    LogitsCase,
    measure_logits,
    report_of,
)
from benchmarks.training.logits_times import measure_case
from tests.support.batches import plan
from tests.support.data_sets import cyclic_windows, write_data_set
from tests.support.models import each_kind, small_inputs, small_model
from trainer.data.data_set import open_data_set
from trainer.losses import NextItemCrossEntropy
from trainer.options import TrainOptions

SMALL = {
    "model": "transformer",  # Traced sooner than recurrent layers.
    "item_embedding": 4,
    "day_embedding": 2,
    "units": [4],
    "batch_size": 16,
}


def test_a_batch_keeps_its_targets_and_gets_the_other_positions():
    x = {
        "item_id": tf.constant([[0, 3], [4, 5]]),
        "days": tf.constant([[0, 1], [2, 1]]),
        "positions": tf.constant([1, 2, 0]),
    }
    y, weights = tf.constant([6, 7, 0]), tf.constant([1.0, 1.0, 0.0])
    for width, items, labels, marks in (
        (None, [[0, 3], [4, 5]], [0, 6, 7, 0], [0, 1, 1, 0]),
        (3, [[0, 0, 3], [0, 4, 5]], [0, 0, 6, 0, 7, 0], [0, 0, 1, 0, 1, 0]),
    ):
        wide, label, mark = at_every_position(x, y, weights, width)
        assert wide["item_id"].numpy().tolist() == items
        assert wide["days"].shape == wide["item_id"].shape
        assert wide["positions"].numpy().tolist() == list(range(len(labels)))
        assert label.numpy().tolist() == labels
        assert mark.numpy().tolist() == marks


@each_kind
def test_the_loss_is_the_same_at_any_width(config):
    model, loss = small_model(config), NextItemCrossEntropy()
    inputs = {k: tf.constant(v) for k, v in small_inputs(config, 4).items()}
    # Real ones of the second, the fourth and the last row; then what fills up.
    x = {**inputs, "positions": tf.constant([5, 7, 13, 19, 0])}
    y, weights = tf.constant([1, 2, 3, 4, 0]), tf.constant([1.0, 1, 1, 1, 0])
    expected = float(loss(y, model(x), weights))
    for width in (None, 9):
        wide, labels, marks = at_every_position(x, y, weights, width)
        assert float(loss(labels, model(wide), marks)) == pytest.approx(
            expected, rel=1e-5
        )


@each_kind
def test_the_last_of_every_position_is_the_last_position(config):
    model, inputs = small_model(config), small_inputs(config, 4)
    np.testing.assert_allclose(EveryPosition(model)(inputs), model(inputs), atol=1e-5)


@pytest.mark.parametrize("max_length", [pytest.param(3, marks=pytest.mark.slow), 9])
def test_a_case_is_measured_at_a_tiny_size(tmp_path, max_length):
    windows = cyclic_windows(60, 6, max_length, seed=1)
    data = write_data_set(
        tmp_path / "data",
        windows[:40],
        windows[40:],
        num_items=6,
        max_length=max_length,
    )
    options = TrainOptions(data=data, output="-", **SMALL)
    epoch = plan(open_data_set(data), 16, options.train_positions).num_batches
    times = measure_case("tiny", options, steps=epoch, rounds=2)
    assert times.windows == 40
    assert times.validated == 20
    cut = ["every position, cut", "every position, whole"]
    names = [way.name for way in times.training]
    assert names == [PRODUCT, *(["every position"] if max_length == 3 else cut)]
    assert [way.name for way in times.validation] == [
        VALIDATION_PRODUCT,
        "every position",
    ]
    assert {len(way.seconds) for way in (*times.training, *times.validation)} == {2}


def test_the_table_is_literally_this():
    training = (Timing("real", (1.0, 2.0, 3.0)), Timing("every", (4.0, 5.0, 6.0)))
    validation = (Timing("last", (0.5,)), Timing("every", (2.0,)))
    times = CaseTimes("case", 10, 2560, training, 1000, validation)
    report = report_of([times], 5, "python -m benchmarks logits")
    first, second = report.tables
    assert first.markdown()[2:] == [
        "| case | logits at | steps/s | windows/s | times as long |",
        "| ---- | --------: | ------: | --------: | ------------: |",
        "| case |      real |     5.0 |     1,280 |          1.00 |",
        "| case |     every |     2.0 |       512 |          2.50 |",
    ]
    assert second.markdown()[2:] == [
        "| case | logits at | seconds | windows/s | times as long |",
        "| ---- | --------: | ------: | --------: | ------------: |",
        "| case |      last |    0.50 |     2,000 |          1.00 |",
        "| case |     every |    2.00 |       500 |          4.00 |",
    ]
    json.dumps(report.figures)


def test_cases_are_options_of_the_trainer(tmp_path):
    assert [case.options(tmp_path).model for case in CASES] == ["lstm", "transformer"]


@pytest.mark.slow
def test_from_reviews_to_the_table(small_real_data, tmp_path):
    (case, _) = CASES
    small = LogitsCase("small", case.data, case.config, SMALL, steps=2)
    output = tmp_path / "out"
    text = measure_logits([small], 2, str(output), "python -m benchmarks logits")
    assert text == (output / "logits.md").read_text()
    (found,) = json.loads((output / "logits.json").read_text())["cases"]
    assert len(found["training"][0]["seconds"]) == 2
