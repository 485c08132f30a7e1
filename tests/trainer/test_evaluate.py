"""`python -m trainer evaluate`, through its flags."""

import json

import keras
import pytest

from tests.support.data_sets import cyclic_windows, write_data_set
from trainer.__main__ import main as program
from trainer.evaluation.measures import MEASURES
from trainer.models import ModelConfig, build_model
from trainer.options import TrainOptions
from trainer.runs import CONFIG, METRICS, MODEL, prepare_run, write_json

NUM_ITEMS = 6


def main(*flags):
    """Runs the command and returns its exit status."""
    return program(["evaluate", *map(str, flags)])


@pytest.fixture
def data(tmp_path):
    return write_data(tmp_path / "data")


def write_data(folder, num_items=NUM_ITEMS, **settings):
    windows = cyclic_windows(40, num_items, 3, seed=1)
    return write_data_set(
        folder,
        windows[:30],
        windows[30:34],
        () if settings.get("split") == "random" else windows[34:],
        num_items=num_items,
        max_length=3,
        **settings,
    )


@pytest.fixture
def run(tmp_path, data):
    """The run of an untrained model."""
    keras.utils.set_random_seed(0)
    options = TrainOptions(data=data, output=str(tmp_path / "run"), units=(4,))
    model = build_model(
        ModelConfig(options.model, NUM_ITEMS, num_day_buckets=4, units=options.units)
    )
    model.build()
    folder = prepare_run(options.output, overwrite=False)
    write_json(folder / CONFIG, options.to_json())
    model.save(folder / MODEL)
    write_json(folder / METRICS, {})
    return folder


def test_prints_a_table_and_writes_json_into_the_run(run, data, capsys):
    assert main("--run", run, "--data", data) == 0
    printed = capsys.readouterr()
    lines = [line.split() for line in printed.out.splitlines()]
    for title in ("filtered", "all"):
        start = lines.index([title, *map(str.upper, MEASURES)])
        names = [line[0] for line in lines[start + 1 : start + 4]]
        assert names == ["lstm", "popularity", "markov_1"]
    assert "free of leaks" in printed.out
    assert str(run / "evaluation-test.json") in printed.err
    value = json.loads((run / "evaluation-test.json").read_text())
    assert value["split"] == "test"
    assert value["targets"] == 6
    assert list(value["measures"]) == ["lstm", "popularity", "markov_1"]
    assert value["measures"]["markov_1"]["filtered"]["hr@1"] == 1.0


def test_prints_what_it_writes_as_json(run, data, tmp_path, capsys):
    output = tmp_path / "figures.json"
    flags = ("--split", "eval", "--format", "json", "--output", output)
    assert main("--run", run, "--data", data, "--batch_size", 3, *flags) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(output.read_text())
    assert (printed["split"], printed["targets"]) == ("eval", 4)
    assert not list(run.glob("evaluation-*.json"))


def test_baselines_need_no_run(data, capsys):
    assert main("--data", data, "--baselines_only", "--format", "json") == 0
    printed = capsys.readouterr()
    assert list(json.loads(printed.out)["measures"]) == ["popularity", "markov_1"]
    assert "wrote" not in printed.err


def test_random_is_measured_on_eval_and_says_what_leaks(tmp_path, capsys):
    data = write_data(tmp_path / "random", split="random")
    assert main("--data", data, "--baselines_only") == 0
    printed = capsys.readouterr().out
    assert "eval split: 4 targets" in printed
    assert "leaks: overlapping windows of one user are on both sides" in printed


@pytest.mark.parametrize(
    ("flags", "status", "sentence"),
    [
        ((), 2, "--run is missing"),
        (("--baselines_only", "--batch_size", "0"), 2, "--batch_size must be at least"),
        (("--baselines_only", "--split", "train"), 2, "invalid choice: 'train'"),
        (("--baselines_onyl",), 2, "did you mean --baselines_only?"),
        (("--run", "{tmp}/none"), 1, "there is no run at"),
        (("--baselines_only", "--output", "{tmp}"), 1, "is a folder"),
        (("--baselines_only", "--output", "{tmp}/no/x.json"), 1, "there is no folder"),
    ],
)
def test_a_wrong_call_ends_in_one_sentence(
    data, tmp_path, capsys, flags, status, sentence
):
    flags = [flag.format(tmp=tmp_path) for flag in flags]
    assert main("--data", data, *flags) == status
    printed = capsys.readouterr()
    assert printed.out == ""
    assert sentence in printed.err
    assert len(printed.err.splitlines()) == 1


def test_asking_random_for_a_test_split_names_eval(tmp_path, capsys):
    data = write_data(tmp_path / "random", split="random")
    assert main("--data", data, "--baselines_only", "--split", "test") == 2
    assert "no test split; use --split eval" in capsys.readouterr().err


def test_refuses_a_run_of_another_data_set(run, tmp_path, capsys):
    other = write_data(tmp_path / "other", num_items=5)
    assert main("--run", run, "--data", other) == 1
    assert "was not trained on" in capsys.readouterr().err
    assert not list(run.glob("evaluation-*.json"))
