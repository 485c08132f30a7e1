"""What the subjects share."""

import json

import pytest

from benchmarks.common.data_sets import (
    BEAUTY,
    RENT_THE_RUNWAY,
    DataSpec,
    build_data_set,
    check_sources,
)
from benchmarks.common.flags import chosen_names
from benchmarks.common.machine import describe_machine, machine_lines
from benchmarks.common.programs import run_module
from benchmarks.common.report import Report, Table, make_output
from benchmarks.common.timing import Timing, alternate
from schemas.errors import UsageError, UserError

SPEC = DataSpec(BEAUTY, "leave_one_out", 50)


def test_ways_run_in_turns_after_a_first_run_that_is_not_timed():
    order = []
    now = iter(range(100))
    times = alternate(
        {"a": lambda: order.append("a"), "b": lambda: order.append("b")},
        rounds=3,
        clock=lambda: float(next(now)),
    )
    assert "".join(order) == "ababbaab"
    assert times == [Timing("a", (1.0, 1.0, 1.0)), Timing("b", (1.0, 1.0, 1.0))]


def test_one_slow_round_moves_no_median():
    slow, other = Timing("slow", (3.0, 100.0, 2.0)), Timing("other", (2.0, 1.5, 1.0))
    assert slow.median == 3.0
    assert slow.ratio_to(other) == 2.0


def test_a_table_is_markdown():
    table = Table("Rows", ["name", "n"], [["a|b", "1"], ["c", "20"]], ["Counted."])
    assert table.markdown() == [
        "## Rows",
        "",
        "| name |  n |",
        "| ---- | -: |",
        "| a\\|b |  1 |",
        "| c    | 20 |",
        "",
        "Counted.",
    ]


def test_a_report_says_what_made_it_and_where(tmp_path):
    report = Report("logits", "Title", "python -m x", ["A note"], [], {"rows": [1]})
    text = report.write(tmp_path)
    assert text == (tmp_path / "logits.md").read_text()
    lines = text.splitlines()
    assert lines[:3] == ["# Title", "", "- Command: `python -m x`"]
    assert lines[-1] == "- A note"
    written = json.loads((tmp_path / "logits.json").read_text())
    assert (written["subject"], written["rows"]) == ("logits", [1])
    assert f"- Date: {written['machine']['date']}" in lines


def test_a_report_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "logits.md").mkdir()
    report = Report("logits", "Title", "python -m x", [], [], {})
    with pytest.raises(UserError, match=r"logits.md cannot be written"):
        report.write(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="file cannot be written"):
        make_output(str(tmp_path / "file"))


def test_the_machine_is_described():
    machine = describe_machine()
    assert machine["cores"] >= 1
    assert machine["libraries"]["keras"].startswith("3.")
    date, where, versions = machine_lines(
        {
            "date": "2026-11-24",
            "processor": "P",
            "cores": 2,
            "memory_gib": 23.5,
            "system": "Linux x86_64",
            "python": "3.11.9",
            "libraries": {"keras": "3.15.0", "numpy": "2.4.1"},
        }
    )
    assert date == "- Date: 2026-11-24"
    assert where == "- Machine: P, 2 cores, 23.5 GiB, Linux x86_64"
    assert versions == "- Python 3.11.9; keras 3.15.0, numpy 2.4.1"


def test_reviews_are_looked_for_before_anything_is_done(monkeypatch, tmp_path):
    monkeypatch.delenv("REAL_DATA", raising=False)
    with pytest.raises(UserError, match="REAL_DATA is not set; let it name the folder"):
        check_sources([SPEC])
    monkeypatch.setenv("REAL_DATA", str(tmp_path))
    (tmp_path / BEAUTY.file).touch()
    check_sources([SPEC])
    runway = DataSpec(RENT_THE_RUNWAY, "time", 5)
    with pytest.raises(UserError, match=f"which holds no {RENT_THE_RUNWAY.file}"):
        check_sources([SPEC, runway])


def test_a_complete_data_set_is_used_again_if_it_is_the_one(
    tmp_path, monkeypatch, write_built
):
    # Nothing could be built.
    monkeypatch.delenv("REAL_DATA", raising=False)
    path = write_built(SPEC, tmp_path / "one")
    assert build_data_set(SPEC, tmp_path / "one") == path
    write_built(SPEC, tmp_path / "other", latest_date="2026-11-24")
    sentence = "--latest_date was 2026-11-24 and not 2014-12-31"
    with pytest.raises(UserError, match=sentence):
        build_data_set(SPEC, tmp_path / "other")


def test_names_are_chosen_in_their_own_order():
    assert chosen_names(None, ["a", "b"]) == ["a", "b"]
    assert chosen_names("c,a", ["a", "b", "c"]) == ["a", "c"]
    with pytest.raises(UsageError, match="did you mean beauty-gru"):
        chosen_names("beauty-gr", ["beauty-gru", "rent"])
    with pytest.raises(UsageError, match="choose from a, b"):
        chosen_names("zzz", ["a", "b"])


def test_a_program_that_fails_ends_in_a_sentence(capfd):
    with pytest.raises(UserError, match=r"`python -m trainer compare ...` ended with"):
        run_module("trainer", "compare")
    printed = capfd.readouterr()
    assert printed.out == ""
    assert "--data" in printed.err
