"""`python -m trainer evaluate`, through its flags."""

import json

import keras
import pytest

from tests.support.data_sets import (
    cyclic_windows,
    write_data_set,
    write_split_data_set,
)
from tests.support.run_metrics import metrics_of
from trainer.__main__ import main as program
from trainer.baselines import BASELINES
from trainer.config_files import read_config
from trainer.evaluation.measures import LIST_MEASURES, MEASURES
from trainer.models import ModelConfig, build_model
from trainer.options import TrainOptions
from trainer.run_files import CONFIG, METRICS, MODEL
from trainer.runs import prepare_run, write_json

NUM_ITEMS = 6


def main(*flags):
    """Runs the command and returns its exit status."""
    return program(["evaluate", *map(str, flags)])


@pytest.fixture
def data(tmp_path):
    return write_split_data_set(tmp_path / "data", num_items=NUM_ITEMS)


@pytest.fixture
def run(tmp_path, data):
    return write_run(tmp_path / "run", data)


def write_run(path, data, **settings):
    """Writes the run of an untrained model."""
    keras.utils.set_random_seed(0)
    options = TrainOptions(
        **{**read_config("notebook"), "units": [4], **settings},
        data=data,
        output=str(path),
    )
    model = build_model(
        ModelConfig(
            options.model,
            NUM_ITEMS,
            num_day_buckets=4,
            max_length=3,
            units=options.units,
        )
    )
    model.build()
    folder = prepare_run(options.output, overwrite=False)
    write_json(folder / CONFIG, options.to_json())
    model.save(folder / MODEL)
    write_json(folder / METRICS, metrics_of(data))
    return folder


def test_prints_a_table_and_writes_json_into_the_run(run, data, capsys):
    assert main("--run", run, "--data", data) == 0
    printed = capsys.readouterr()
    lines = [line.split() for line in printed.out.splitlines()]
    scorers = ["lstm", *BASELINES]
    shown = [measure.upper() for measure in MEASURES if measure != "ndcg@1"]
    for header in (
        ["filtered", "HR@10", "NDCG@10", "MRR@20"],
        ["filtered", *shown],
        ["all", *shown],
        ["recommended", *map(str.upper, LIST_MEASURES)],
    ):
        start = lines.index(header)
        names = [line[0] for line in lines[start + 1 : start + 1 + len(scorers)]]
        assert names == scorers
    assert "free of leaks" in printed.out
    assert "lstm by events of the user before the target" in printed.out
    assert max(map(len, printed.out.splitlines())) <= 100
    assert str(run / "evaluation-test.json") in printed.err
    value = json.loads((run / "evaluation-test.json").read_text())
    assert value["split"] == "test"
    assert (value["targets"], value["users"]) == (6, 6)
    assert list(value["measures"]) == scorers
    markov = value["measures"]["markov_1"]
    assert markov["filtered"]["hr@1"] == 1.0
    assert markov["intervals"]["filtered"]["hr@1"] == [1.0, 1.0]
    lengths = markov["cuts"]["history_length"]
    assert sum(part["targets"] for part in lengths.values()) == 6
    assert {part["hr@10"] for part in lengths.values()} == {1.0}


def test_a_run_that_is_told_the_gap_is_also_measured_without(tmp_path, data, capsys):
    run = write_run(tmp_path / "run", data, day_feature="gap", unknown_rate=0.02)
    assert main("--run", run, "--data", data) == 0
    value = json.loads((run / "evaluation-test.json").read_text())
    assert list(value["measures"])[:2] == ["lstm", "lstm (gap hidden)"]
    assert "(gap hidden): not told when the next event comes" in capsys.readouterr().out


def test_resamples_set_how_the_intervals_are_made(data, capsys):
    flags = ("--data", data, "--baselines_only", "--format", "json")
    printed = {}
    for resamples in (40, 50):
        for _ in range(2):
            assert main(*flags, "--resamples", resamples) == 0
            text = capsys.readouterr().out
            assert printed.setdefault(resamples, text) == text
    few, more = (json.loads(text) for text in printed.values())
    assert few["intervals"]["resamples"] == 40
    for name, measured in few["measures"].items():
        assert measured["filtered"] == more["measures"][name]["filtered"]
    assert few["measures"] != more["measures"]


def test_prints_what_it_writes_as_json(run, data, tmp_path, capsys):
    output = tmp_path / "figures.json"
    flags = ("--split", "eval", "--format", "json", "--output", output)
    assert main("--run", run, "--data", data, "--batch_size", 3, *flags) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(output.read_text())
    assert (printed["split"], printed["targets"]) == ("eval", 4)
    assert main("--run", run, "--data", data, *flags) == 0  # It may be replaced.
    assert not list(run.glob("evaluation-*.json"))


def test_baselines_need_no_run(data, capsys):
    assert main("--data", data, "--baselines_only", "--format", "json") == 0
    printed = capsys.readouterr()
    assert list(json.loads(printed.out)["measures"]) == list(BASELINES)
    assert "wrote" not in printed.err


def test_random_is_measured_on_eval_and_says_what_leaks(tmp_path, capsys):
    data = write_split_data_set(
        tmp_path / "random", num_items=NUM_ITEMS, split="random"
    )
    assert main("--data", data, "--baselines_only") == 0
    printed = capsys.readouterr().out
    assert "eval split: 4 targets" in printed
    assert "leaks: overlapping windows of one user are on both sides" in printed


@pytest.mark.parametrize(
    ("flags", "status", "sentence"),
    [
        ((), 2, "--run is missing"),
        (("--baselines_only", "--batch_size", "0"), 2, "--batch_size must be at least"),
        (("--baselines_only", "--resamples", "39"), 2, "must be at least 40, got 39"),
        (("--baselines_only", "--split", "train"), 2, "invalid choice: 'train'"),
        (("--baselines_onyl",), 2, "did you mean --baselines_only?"),
        (("--run", "{tmp}/none"), 1, "there is no run at"),
        (("--baselines_only", "--output", "{tmp}"), 1, "is a folder"),
        (("--baselines_only", "--output", "{tmp}/no/x.json"), 1, "there is no folder"),
        (
            ("--baselines_only", "--output", "{tmp}/data/manifest.json"),
            1,
            "manifest.json holds no figures of `evaluate` and would be replaced",
        ),
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
    data = write_split_data_set(
        tmp_path / "random", num_items=NUM_ITEMS, split="random"
    )
    assert main("--data", data, "--baselines_only", "--split", "test") == 2
    assert "no test split; use --split eval" in capsys.readouterr().err


def test_warns_of_a_run_of_other_settings_and_measures_it(run, data, capsys):
    for changes, warned in (({}, False), ({"data_settings_digest": "other"}, True)):
        write_json(run / METRICS, metrics_of(data, **changes))
        assert main("--run", run, "--data", data) == 0
        printed = capsys.readouterr()
        assert ("may have learned from what is held out" in printed.err) == warned
        assert "lstm" in printed.out


def test_refuses_a_run_of_windows_of_another_length(run, tmp_path, capsys):
    windows = cyclic_windows(8, NUM_ITEMS, 4, seed=1)
    longer = write_data_set(
        tmp_path / "longer", windows, windows, num_items=NUM_ITEMS, max_length=4
    )
    assert main("--run", run, "--data", longer) == 1
    assert "3 inputs a window against 4" in capsys.readouterr().err


def test_refuses_a_run_of_another_data_set(run, tmp_path, capsys):
    other = write_split_data_set(tmp_path / "other", num_items=5)
    assert main("--run", run, "--data", other) == 1
    assert "was not trained on" in capsys.readouterr().err
    assert not list(run.glob("evaluation-*.json"))
