"""The commands on buckets, as a user runs them: the figures of local folders."""

import json
import tempfile
from pathlib import Path

import pytest

from tests.support.buckets import copy_to, files_in, put
from tests.support.programs import run_module
from tests.support.training import CATEGORY, SMALL, write_cyclic_data
from trainer.__main__ import main

# What a run says of the clock, and not of the model.
OF_THE_CLOCK = {"seconds", "windows_per_second"}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "reviews"
    return write_cyclic_data(folder, attributes=CATEGORY)


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    path = tmp_path_factory.mktemp("config") / "small.json"
    values = {**SMALL, "units": list(SMALL["units"]), "epochs": 2}
    values["item_features"] = ["category"]
    path.write_text(json.dumps(values))
    return str(path)


@pytest.fixture(scope="module")
def local_run(data, config, tmp_path_factory):
    run = tmp_path_factory.mktemp("local") / "run"
    train(data, run, config)
    return run


@pytest.fixture
def remote_data(bucket, data):
    copy_to(data, f"{bucket}/reviews")
    return f"{bucket}/reviews"


@pytest.fixture(autouse=True)
def empty_temporary(tmp_path, monkeypatch):
    """Gives each test a folder for copies, and looks that nothing stays in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    assert not list(folder.glob("seamstress-*"))


def train(data, output, config, *flags):
    done = run_module(
        "trainer",
        "train",
        f"--data={data}",
        f"--output={output}",
        f"--config={config}",
        *flags,
    )
    assert done.returncode == 0, done.stderr
    return done


def figures(text):
    values = json.loads(text)
    return {name: values[name] for name in values.keys() - OF_THE_CLOCK}


@pytest.mark.slow
def test_train_and_evaluate(
    bucket, remote_data, data, local_run, config, empty_temporary
):
    run = f"{bucket}/runs/first"
    put(f"{bucket}/small.json", Path(config).read_bytes())
    done = train(remote_data, run, f"{bucket}/small.json")
    assert f"run       {run}" in done.stdout
    assert str(empty_temporary) not in done.stdout

    files = files_in(run)
    local = {
        str(path.relative_to(local_run))
        for path in local_run.rglob("*")
        if path.is_file() and "logs" not in path.parts
    }
    assert {path for path in files if not path.startswith("logs/")} == local
    assert [path for path in files if path.startswith("logs/")]
    assert figures(files["metrics.json"]) == figures(
        (local_run / "metrics.json").read_text()
    )
    assert files["history.csv"] == (local_run / "history.csv").read_bytes()
    assert json.loads(files["config.json"])["data"] == remote_data

    local_figures = empty_temporary.parent / "figures.json"
    for flags in (
        [f"--run={local_run}", f"--data={data}", f"--output={local_figures}"],
        [f"--run={run}", f"--data={remote_data}"],
        [f"--run={run}", f"--data={remote_data}", f"--output={bucket}/x.json"],
    ):
        assert main(["evaluate", *flags]) == 0
    expected = json.loads(local_figures.read_text())
    assert expected["data"] == data
    measured = json.loads(files_in(run)["evaluation-eval.json"])
    assert measured == {**expected, "data": remote_data}
    # The report was there before, and shows what is measured now.
    assert b"chart-eval-hr-10" not in files["report.html"]
    page = files_in(run)["report.html"]
    assert b"chart-eval-hr-10" in page
    assert f"<title>Run {run}</title>".encode() in page
    assert str(empty_temporary).encode() not in page
    assert json.loads(files_in(bucket)["x.json"]) == measured


@pytest.mark.slow
def test_predict(bucket, remote_data, data, local_run, capsys):
    copy_to(local_run / "model", f"{bucket}/run/model")
    lines = '{"history": [["2016-04-20", "item3"], ["2016-05-20", "item4"]]}\n'
    put(f"{bucket}/histories.jsonl", lines.encode() * 3)
    local_input = local_run.parent / "histories.jsonl"
    local_input.write_text(lines * 3)
    put(f"{bucket}/sold_out.txt", b"item1\nitem5\n")
    local_list = local_run.parent / "sold_out.txt"
    local_list.write_bytes(b"item1\nitem5\n")
    for remote, local in (
        ([f"--input={bucket}/histories.jsonl"], [f"--input={local_input}"]),
        (["--examples=2", f"--data={remote_data}"], ["--examples=2", f"--data={data}"]),
        (
            [f"--input={bucket}/histories.jsonl", f"--exclude={bucket}/sold_out.txt"],
            [f"--input={local_input}", f"--exclude={local_list}"],
        ),
    ):
        assert main(["predict", f"--model={bucket}/run/model", *remote]) == 0
        found = capsys.readouterr().out
        assert main(["predict", f"--model={local_run}/model", *local]) == 0
        assert found == capsys.readouterr().out
        assert found.count("recommendations") == found.count("\n") > 1


@pytest.mark.slow
def test_inspect_says_of_a_remote_run_what_it_says_of_a_local_one(
    bucket, remote_data, local_run, capsys
):
    run = f"{bucket}/runs/looked-at"
    copy_to(local_run, run)
    config = json.loads((local_run / "config.json").read_text())
    put(f"{run}/config.json", json.dumps({**config, "data": remote_data}).encode())
    assert main(["inspect", str(local_run)]) == 0
    local = capsys.readouterr().out.replace(config["data"], remote_data)
    assert main(["inspect", run]) == 0
    remote = capsys.readouterr().out
    # A listing does not tell when a file was written; a path of another length.
    assert "train window 3: " in remote
    shown = [line for line in remote.splitlines() if not line.startswith("size")]
    assert set(shown) <= set(local.replace(str(local_run), run).splitlines())
