"""Reading to batches: the ways read the same windows, and the table of their times."""

import json

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.common.timing import Timing
from benchmarks.training import reading_ways as ways
from benchmarks.training.reading import (
    CACHED_LATER,
    COPY,
    FIRST,
    INFLATE,
    LATER,
    PLAIN,
    STREAMED,
    ReadingTimes,
    measure_reading,
    report_of,
)
from tests.support.data_sets import cyclic_windows, write_data_set
from trainer.data.data_set import open_data_set


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data_set(
        tmp_path_factory.mktemp("set") / "data",
        cyclic_windows(60, 6, 5, seed=1),
        num_items=6,
    )


def test_the_plain_pipelines_read_every_window(data):
    data_set = open_data_set(data)
    for dataset in (ways.plain(data_set, 16), ways.cached(data_set, 16)):
        batches = list(dataset)
        assert [len(batch["item_id"]) for batch in batches] == [16, 16, 16, 12]
        assert batches[0]["target"].shape == (16, 5)


def test_the_trainer_s_passes_are_epochs(data, monkeypatch):
    product = ways.Product(open_data_set(data), 16)
    taken = []
    monkeypatch.setattr(
        ways,
        "training_batches",
        lambda *arguments: map(taken.append, training_batches(*arguments)),
    )
    product.first_pass()
    product.later_pass()
    product.streamed_pass()
    rows = [int(np.any(x["item_id"], axis=1).sum()) for x, _, _ in taken]
    assert sum(rows) == 3 * 60


training_batches = ways.training_batches


def test_every_way_is_timed(data):
    times = measure_reading("tiny", data, batch_size=16, rounds=2)
    assert times.windows == 60
    assert len({way.name for way in times.ways}) == len(times.ways) == 9
    assert {len(way.seconds) for way in times.ways} == {2}


def test_the_table_is_literally_this():
    seconds = {FIRST: 2.0, PLAIN: 9.0, STREAMED: 3.0, INFLATE: 0.5}
    seconds |= {LATER: 0.1, CACHED_LATER: 1.0, COPY: 0.01}
    timings = [Timing(name, (value,)) for name, value in seconds.items()]
    times = ReadingTimes("sample", 1000, 5, 2_000_000, timings)
    report = report_of([times], 1, "python -m benchmarks reading")
    (table,) = report.tables
    assert table.title == "sample: 1,000 windows of 5, 2 MB inflated"
    assert [row[1:] for row in table.rows] == [
        ["2.000", "500", "1.00", "20.00", "4.0"],
        ["9.000", "111", "4.50", "90.00", "-"],
        ["3.000", "333", "1.50", "30.00", "6.0"],
        ["0.500", "2,000", "0.25", "5.00", "-"],
        ["0.100", "10,000", "0.05", "1.00", "10.0"],
        ["1.000", "1,000", "0.50", "10.00", "-"],
        ["0.010", "100,000", "0.01", "0.10", "-"],
    ]
    json.dumps(report.figures)


@pytest.mark.parametrize("flag", ["reviews", "batch_size", "rounds"])
def test_a_wrong_call_ends_in_one_sentence(tmp_path, capsys, flag):
    output = tmp_path / "out"
    assert main(["reading", f"--output={output}", f"--{flag}=0"]) == 2
    assert f"--{flag} must be at least 1, got 0" in capsys.readouterr().err
    assert not output.exists()


@pytest.mark.slow
def test_from_reviews_to_the_table(tmp_path):
    output = tmp_path / "out"
    flags = ["--only=sample", "--reviews=2000", "--batch_size=16", "--rounds=1"]
    assert main(["reading", f"--output={output}", *flags]) == 0
    (found,) = json.loads((output / "reading.json").read_text())["data_sets"]
    assert found["max_length"] == 5
    assert found["windows"] > 100
    # The reviews are made again where they are needed again.
    assert not list((output / "data").glob("*.jsonl"))
    assert "floor: inflate" in (output / "reading.md").read_text()
