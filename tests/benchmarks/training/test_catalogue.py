"""Training steps as the catalogue grows."""

import json

import pytest

from benchmarks.__main__ import main
from benchmarks.common.programs import Usage
from benchmarks.training.catalogue import LOSSES, Steps, report_of


def test_the_table_is_literally_this():
    usage = Usage(9.0, 8.0, 2_340_000_000)
    measured = [
        Steps(1_000_000, loss, 64, 128, 0.5, 0.9, usage) for loss in ("full", "sampled")
    ]
    report = report_of(measured, "python -m benchmarks catalogue")
    (table,) = report.tables
    # Vectors: 1,000,000 x 64 x 4 bytes; logits: 1,000,000 x 128 x 4 bytes.
    size = ["64", "128", "256"]
    times = ["500", "900", "2.34"]
    assert list(table.rows) == [
        ["1,000,000", "full", *size, "512", *times],
        ["1,000,000", "sampled", *size, "-", *times],
    ]
    json.dumps(report.figures)


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--items=10,x"], "--items must be whole numbers of at least 2"),
        (["--items=1"], "--items must be whole numbers of at least 2"),
        (["--targets=0"], "--targets must be at least 1, got 0"),
    ],
)
def test_a_wrong_call_ends_in_one_sentence(tmp_path, capsys, flags, sentence):
    output = tmp_path / "out"
    assert main(["catalogue", f"--output={output}", *flags]) == 2
    printed = capsys.readouterr()
    assert sentence in printed.err
    assert len(printed.err.splitlines()) == 1
    assert not output.exists()


@pytest.mark.slow
def test_from_sizes_to_the_table(tmp_path):
    output = tmp_path / "out"
    flags = ["--items=50,2000", "--dim=4", "--targets=8", "--steps=2"]
    assert main(["catalogue", f"--output={output}", *flags]) == 0
    found = json.loads((output / "catalogue.json").read_text())["steps"]
    assert [(step["items"], step["loss"]) for step in found] == [
        (items, loss) for items in (50, 2_000) for loss in LOSSES
    ]
    assert all(step["seconds"] > 0 for step in found)
    assert all(step["usage"]["peak_bytes"] > 100e6 for step in found)
    assert sorted(path.name for path in output.iterdir()) == [
        "catalogue.json",
        "catalogue.md",
    ]
