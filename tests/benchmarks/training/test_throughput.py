"""Training steps over each input, and the table of their times."""

import json

import pytest

from benchmarks.__main__ import main
from benchmarks.common.timing import Timing
from benchmarks.training.throughput import (
    BY_ONE,
    INPUTS,
    ON_DEVICE,
    InputTimes,
    Throughput,
    report_of,
)
from tests.support.data_sets import cyclic_windows, write_data_set


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "mixed"])
def test_from_a_data_set_to_the_table(tmp_path, small_config, precision):
    data = write_data_set(tmp_path / "data", cyclic_windows(60, 6, 5, 1), num_items=6)
    output = tmp_path / "out"
    flags = ["--batch_size=16", "--steps=5", "--steps_per_execution=2", "--rounds=1"]
    flags += [f"--data={data}", f"--config={small_config}", f"--precision={precision}"]
    assert main(["throughput", f"--output={output}", *flags]) == 0
    found = json.loads((output / "throughput.json").read_text())
    kind = {"float32": "float32", "mixed": "mixed_bfloat16"}[precision]
    assert f"precision {kind}; backend tensorflow" in found["devices"]
    assert found["windows"] == 15  # 60 in four steps
    assert [each["name"] for each in found["inputs"]] == list(INPUTS)
    assert [each["steps_per_execution"] for each in found["inputs"]] == [1, 2, 2]
    assert all(0 <= each["waits"] < 1 for each in found["inputs"])
    text = (output / "throughput.md").read_text()
    assert f"precision {kind}" in text
    assert "XLA off" in text


def test_the_table_is_literally_this():
    first = InputTimes(BY_ONE, 1, Timing("live", (2.0,)), Timing("held", (1.5,)))
    second = InputTimes(ON_DEVICE, 8, Timing("live", (1.0,)), Timing("held", (1.1,)))
    measured = Throughput("GPU:0; precision float32", True, 100, 50.0, [first, second])
    report = report_of(measured, "quick", 5, "python -m benchmarks throughput")
    (table,) = report.tables
    assert list(table.rows) == [
        [BY_ONE, "1", "20.00", "2,500", "25.0%", "1.00"],
        # What was made before took longer: noise, and no wait.
        [ON_DEVICE, "8", "10.00", "5,000", "0.0%", "0.50"],
    ]
    assert report.notes[0] == "Device: GPU:0; precision float32; XLA on; config quick"
    json.dumps(report.figures)


@pytest.mark.parametrize("flag", ["reviews", "batch_size", "steps", "rounds"])
def test_a_wrong_call_ends_in_one_sentence(tmp_path, capsys, flag):
    output = tmp_path / "out"
    assert main(["throughput", f"--output={output}", f"--{flag}=0"]) == 2
    assert f"--{flag} must be at least 1, got 0" in capsys.readouterr().err
    assert not output.exists()
