"""Full ranking by the product and by `predict` and `argsort`."""

import json

import pytest

from benchmarks.__main__ import main
from benchmarks.answers.ranking import PEER, PRODUCT, Ranked, Weighed, report_of
from benchmarks.common.programs import Usage
from benchmarks.common.timing import Timing


def test_the_tables_are_literally_these():
    timings = (Timing(PRODUCT, (2.0, 2.0, 2.0)), Timing(PEER, (9.0, 10.0, 11.0)))
    figures = {way: {"hr@10": 0.5} for way in (PRODUCT, PEER)}
    ranked = Ranked(1_000, 50, 7_700, 50, timings, 0.5, 6e10, figures)
    usage = Usage(9.0, 8.0, 2_340_000_000)
    weighed = [Weighed(way, 250, usage) for way in (PRODUCT, PEER)]
    report = report_of(ranked, weighed, 5, "python -m benchmarks ranking")
    time, memory = report.tables
    assert list(time.rows) == [
        [PRODUCT, "2.00", "500", "1.00", "4.0"],
        [PEER, "10.00", "100", "5.00", "20.0"],
    ]
    assert list(memory.rows) == [
        [PRODUCT, "250", "2.34", "8.0"],
        [PEER, "250", "2.34", "8.0"],
    ]
    assert "7.7 events on average" in report.notes[0]
    json.dumps(report.figures)


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--rounds=0"], "--rounds must be at least 1, got 0"),
        (["--shares=1,x"], "--shares must be numbers above 0"),
        (["--shares=0"], "--shares must be numbers above 0"),
    ],
)
def test_a_wrong_call_ends_in_one_sentence(tmp_path, capsys, flags, sentence):
    output = tmp_path / "out"
    assert main(["ranking", f"--output={output}", *flags]) == 2
    printed = capsys.readouterr()
    assert sentence in printed.err
    assert len(printed.err.splitlines()) == 1
    assert not output.exists()


@pytest.mark.slow
def test_from_reviews_to_the_table(small_real_data, small_config, tmp_path):
    output = tmp_path / "out"
    flags = [f"--config={small_config}", "--shares=0.5,1,2", "--rounds=2"]
    assert main(["ranking", f"--output={output}", *flags]) == 0
    found = json.loads((output / "ranking.json").read_text())
    assert [way["name"] for way in found["ranked"]["timings"]] == [PRODUCT, PEER]
    assert all(len(way["seconds"]) == 2 for way in found["ranked"]["timings"])
    targets = found["ranked"]["targets"]
    assert found["ranked"]["floor_seconds"] > 0
    assert [(each["way"], each["targets"]) for each in found["memory"]] == [
        (PRODUCT, targets // 2),
        (PEER, targets // 2),
        (PRODUCT, targets),
        (PEER, targets),
        (PRODUCT, targets * 2),
    ]
    assert (output / "ranking.md").exists()
