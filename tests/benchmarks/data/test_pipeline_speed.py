"""The pipeline beside what users would write, on a few reviews."""

import json
import sys

import pytest

from benchmarks.__main__ import main
from benchmarks.common.timing import in_turns


@pytest.mark.slow
def test_the_subject_on_a_small_log(tmp_path, capfd):
    flags = ["--reviews=2000", "--rounds=1", "--notebook_reviews=300,600"]
    status = main(["pipeline_speed", "--output", str(tmp_path), "--growth=500", *flags])
    printed, errors = capfd.readouterr()
    assert status == 0, errors
    assert "| `python -m pipeline`" in printed
    assert "| one Beam element a review" in printed
    assert "polars" not in printed.split("## Start")[0]
    assert "2,000 reviews would take" in printed
    figures = json.loads((tmp_path / "pipeline_speed.json").read_text())
    assert set(figures["seconds"]) == {"pipeline", "elements"}
    assert all(len(rounds) == 1 for rounds in figures["seconds"].values())
    assert [row[:2] for row in figures["growth"]] == [[500, "pipeline"]]
    assert set(figures["starts"]) == {
        "`python -m pipeline --help`",
        "an input without a row",
    }


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--rounds=0"], "--rounds must be at least 1, got 0"),
        (["--reviews=0"], "--reviews must be at least 1, got 0"),
        (["--growth=2,x"], "--growth takes numbers from 1 on, got '2,x'"),
        (["--only=pandas"], "--only has no 'pandas'"),
    ],
)
def test_wrong_flags_are_one_sentence(flags, sentence, tmp_path, capsys):
    assert main(["pipeline_speed", "--output", str(tmp_path), *flags]) == 2
    assert sentence in capsys.readouterr().err


def test_ways_tell_their_own_seconds_and_the_first_does_not_count():
    told = {"a": iter([9.0, 1.0, 3.0, 2.0]), "b": iter([8.0, 4.0, 4.0, 4.0])}
    ways = {name: of.__next__ for name, of in told.items()}
    first, second = in_turns(ways, rounds=3)
    assert first.seconds == (1.0, 3.0, 2.0)
    assert first.median == 2.0
    assert second.ratio_to(first) == 2.0


def test_peers_run_in_an_interpreter_that_is_named(tmp_path):
    from benchmarks.common.programs import run_reporting

    code = "import sys; print('note'); print('{\"python\": \"%s\"}' % sys.executable)"
    reported = run_reporting("-c", code, python=sys.executable)
    assert reported.values == {"python": sys.executable}
    assert reported.usage.peak_bytes > 1e6
