"""`compare` and `tune` on buckets: they end as locally, and go on where they were."""

import json

import pytest

from tests.support.buckets import copy_to, files_in
from tests.support.searches import BASE, tune, write_search
from tests.support.training import sigterm_after_an_epoch, write_cyclic_data
from trainer.__main__ import main
from trainer.training.preemption import PREEMPTED

pytestmark = pytest.mark.slow


def test_tune_goes_on_from_a_bucket(bucket, tmp_path, capfd):
    _, data, *flags = write_search(tmp_path)
    copy_to(data, f"{bucket}/data")
    output = f"{bucket}/search"
    flags = [f"--data={bucket}/data", *flags, f"--output={output}"]
    assert tune(*flags, "--trials=1") == 0
    first = files_in(output)
    assert f"config    {output}/best.json" in capfd.readouterr().out
    assert json.loads(first["best.json"])["data"] == f"{bucket}/data"
    assert tune(*flags, "--trials=2") == 0
    assert f"{output} holds 1 trials; going on from there" in capfd.readouterr().err
    both = files_in(output)
    one = "trials/001/metrics.json"
    assert both[one] == first[one]
    assert sorted(path for path in both if path.startswith("trials/")) == [
        f"trials/{number}/{name}"
        for number in ("001", "002")
        for name in ("config.json", "history.csv", "metrics.json")
    ]
    assert len(json.loads(both["trials.json"])["trials"]) == 2
    # With the state that KerasTuner goes on by.
    assert "keras_tuner/oracle.json" in both

    local = tmp_path / "local"
    assert tune(f"--data={data}", *flags[1:-1], f"--output={local}", "--trials=2") == 0
    for history in ("trials/001/history.csv", "trials/002/history.csv"):
        assert both[history] == (local / history).read_bytes()


def test_a_trial_that_was_stopped_goes_on_from_a_bucket(
    bucket, tmp_path, monkeypatch, capfd
):
    output = f"{bucket}/search"
    flags = [*write_search(tmp_path), f"--output={output}", "--trials=1"]
    with monkeypatch.context() as patch:
        sigterm_after_an_epoch(patch)
        assert tune(*flags) == PREEMPTED
    assert tune(*flags) == 0
    assert "going on after 1 epochs and 0 steps" in capfd.readouterr().err
    assert sorted(path for path in files_in(output) if path.startswith("trials/")) == [
        f"trials/001/{name}" for name in ("config.json", "history.csv", "metrics.json")
    ]


def test_compare_takes_runs_and_keeps_its_own(bucket, tmp_path, capfd):
    data = write_cyclic_data(tmp_path / "reviews")
    copy_to(data, f"{bucket}/reviews")
    config = tmp_path / "small.json"
    config.write_text(json.dumps({**BASE, "units": [8]}))
    run = f"{bucket}/other"
    flags = [f"--data={bucket}/reviews", f"--output={run}", f"--config={config}"]
    assert main(["train", *flags, "--seed=7"]) == 0
    output = f"{bucket}/comparison"
    compare = [
        "compare",
        f"--data={bucket}/reviews",
        f"--output={output}",
        f"--configs={config}",
        f"--runs={run}",
        "--baselines=popularity",
    ]
    assert main(compare) == 0
    shown = capfd.readouterr()
    assert f"wrote {output}/comparison-eval.json" in shown.err
    first = files_in(output)
    rows = {
        row["name"]: row for row in json.loads(first["comparison-eval.json"])["rows"]
    }
    assert list(rows) == ["small", "other", "popularity"]
    assert rows["small"]["runs"][0]["path"] == f"{output}/runs/small-seed0"
    assert rows["other"]["runs"][0]["path"] == run

    # Again: the run is there, and is not trained a second time.
    assert main(compare) == 0
    assert "training " not in capfd.readouterr().err
    second = files_in(output)
    changed = {path for path in second if second[path] != first[path]}
    # The seconds that the baseline took.
    assert changed == {"comparison-eval.json", "comparison-eval.md"}
    assert first.keys() == second.keys()

    local = tmp_path / "local"
    flags = [f"--data={data}", f"--output={local}", f"--configs={config}"]
    assert main(["compare", *flags, "--baselines=none"]) == 0
    (row,) = json.loads((local / "comparison-eval.json").read_text())["rows"]
    assert row["filtered"] == rows["small"]["filtered"]


def test_a_comparison_that_was_stopped_goes_on_from_a_bucket(
    bucket, tmp_path, monkeypatch, capfd
):
    data = write_cyclic_data(tmp_path / "reviews")
    config = tmp_path / "small.json"
    config.write_text(json.dumps({**BASE, "units": [8]}))
    output = f"{bucket}/comparison"
    compare = ["compare", f"--data={data}", f"--configs={config}", "--baselines=none"]
    with monkeypatch.context() as patch:
        sigterm_after_an_epoch(patch)
        assert main([*compare, f"--output={output}"]) == PREEMPTED
    assert main([*compare, f"--output={output}"]) == 0
    assert "going on after 1 epochs and 0 steps" in capfd.readouterr().err
    assert main([*compare, f"--output={tmp_path / 'local'}"]) == 0
    history = "runs/small-seed0/history.csv"
    assert files_in(output)[history] == (tmp_path / "local" / history).read_bytes()
