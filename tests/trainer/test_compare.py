"""`python -m trainer compare`, through its flags."""

import json
from pathlib import Path

import keras
import pytest

from tests.support.data_sets import (
    cyclic_windows,
    write_data_set,
    write_split_data_set,
)
from tests.support.run_metrics import metrics_of
from tests.support.training import CATEGORY, write_cyclic_data
from trainer.__main__ import main as program
from trainer.baselines import BASELINES
from trainer.config_files import read_config
from trainer.data.data_set import open_data_set
from trainer.models import build_model
from trainer.options import TrainOptions
from trainer.run_files import CONFIG, METRICS, MODEL
from trainer.runs import prepare_run, write_json
from trainer.training.train import model_config

NUM_ITEMS = 6
SMALL = {
    **read_config("notebook"),
    "item_embedding": 4,
    "day_embedding": 2,
    "units": [4],
    "epochs": 1,
    "unknown_rate": 0.02,
    "jit_compile": "off",  # Compiling would take longer than the training.
}


def main(*flags):
    """Runs the command and returns its exit status."""
    return program(["compare", *map(str, flags)])


@pytest.fixture
def data(tmp_path):
    return write_split_data_set(tmp_path / "data", num_items=NUM_ITEMS)


def write_config(path, **settings):
    path.write_text(json.dumps({**SMALL, **settings}))
    return path


def write_run(path, data, seed=0, **settings):
    """Writes the run of a model that has learned nothing."""
    keras.utils.set_random_seed(seed)
    values = {**SMALL, **settings}
    options = TrainOptions(data=str(data), output=str(path), seed=seed, **values)
    data_set = open_data_set(str(data))
    model = build_model(model_config(data_set, options))
    model.build()
    folder = prepare_run(options.output, overwrite=False)
    write_json(folder / CONFIG, options.to_json())
    model.save(folder / MODEL)
    metrics = metrics_of(data_set.manifest, parameters=model.count_params())
    write_json(folder / METRICS, metrics)
    return folder


def read_rows(folder, split="test"):
    value = json.loads((folder / f"comparison-{split}.json").read_text())
    return {row["name"]: row for row in value["rows"]}


def test_baselines_alone(data, tmp_path, capsys):
    output = tmp_path / "out"
    assert main("--data", data, "--output", output) == 0
    printed = capsys.readouterr()
    assert printed.out == (output / "comparison-test.md").read_text()
    assert str(output / "comparison-test.json") in printed.err
    rows = read_rows(output)
    assert list(rows) == list(BASELINES)
    assert rows["markov_1"]["filtered"]["hr@1"] == 1.0
    assert not (output / "runs").exists()


def test_chosen_baselines_as_json_on_the_eval_split(data, tmp_path, capsys):
    flags = ("--baselines", "markov_3,popularity", "--split", "eval")
    output = tmp_path / "out"
    assert main("--data", data, "--output", output, *flags, "--format", "json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((output / "comparison-eval.json").read_text())
    assert [row["name"] for row in printed["rows"]] == ["markov_3", "popularity"]
    assert (printed["targets"], printed["best_baseline"]) == (4, "markov_3")


def test_given_runs_stand_beside_baselines(data, tmp_path, capsys):
    runs = [
        write_run(tmp_path / "by_age", data),
        write_run(tmp_path / "by_gap", data, day_feature="gap"),
    ]
    output = tmp_path / "out"
    flags = ("--runs", *runs, "--baselines", "popularity,markov_1", "--quiet")
    assert main("--data", data, "--output", output, *flags) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert "| by_gap (gap hidden) |" in printed.out
    rows = read_rows(output)
    assert list(rows) == [
        "by_age",
        "by_gap",
        "by_gap (gap hidden)",
        "popularity",
        "markov_1",
    ]
    best = rows["markov_1"]["filtered"]["ndcg@10"]
    for name in ("by_age", "by_gap", "by_gap (gap hidden)"):
        above = rows[name]["above_best_baseline"]["ndcg@10"]["value"]
        assert above == pytest.approx(rows[name]["filtered"]["ndcg@10"] - best)
    assert rows["by_gap"]["runs"][0]["metrics"]["seconds"] == 2.5


def test_runs_say_what_must_be_known_of_them(tmp_path, capsys):
    data = write_cyclic_data(tmp_path / "data", attributes=CATEGORY)
    run = write_run(tmp_path / "run", data, item_features=["category"])
    flags = ("--data", data, "--output", tmp_path / "out", "--split", "eval")
    latest = "- --item_features: an item's latest value, of held-out events too"
    chosen = "- the epoch that a run keeps was chosen on these targets"
    assert main(*flags) == 0
    alone = capsys.readouterr().out
    assert chosen not in alone
    assert latest not in alone
    assert main(*flags, "--runs", run) == 0
    beside = capsys.readouterr().out
    assert chosen in beside
    assert latest in beside


def test_finished_runs_are_loaded_and_not_trained(data, tmp_path):
    output = tmp_path / "out"
    config = write_config(tmp_path / "small.json")
    for seed in (3, 4):
        write_run(output / "runs" / f"small-seed{seed}", data, seed=seed)
    # Without a transform graph nothing could be trained here.
    flags = ("--configs", config, "--seeds", "3,4", "--baselines", "none")
    assert main("--data", data, "--output", output, *flags) == 0
    (row,) = read_rows(output).values()
    assert (row["name"], row["kind"]) == ("small", "config")
    figures = [seed["hr@5"] for seed in row["of_runs"]["filtered"]]
    assert row["filtered"]["hr@5"] == pytest.approx(sum(figures) / 2)
    assert row["spread"]["filtered"]["hr@5"] == [min(figures), max(figures)]
    assert row["above_best_baseline"] == {}


def test_a_finished_run_of_other_settings_is_refused(data, tmp_path, capsys):
    output = tmp_path / "out"
    write_run(output / "runs" / "small-seed0", data)
    config = write_config(tmp_path / "small.json", epochs=2)
    assert main("--data", data, "--output", output, "--configs", config) == 1
    printed = capsys.readouterr()
    assert "small-seed0 holds another run (`epochs` was 1 and is now 2)" in printed.err
    assert len(printed.err.splitlines()) == 1
    assert not list(output.glob("comparison-*"))


def test_a_finished_run_of_a_data_set_that_was_rewritten_is_refused(
    data, tmp_path, capsys
):
    output = tmp_path / "out"
    write_run(output / "runs" / "small-seed0", data)
    # Of the same settings and the same counts.
    windows = cyclic_windows(8, NUM_ITEMS, 3, seed=5)
    rewritten = write_data_set(
        tmp_path / "new", windows, windows, windows, num_items=NUM_ITEMS, max_length=3
    )
    config = write_config(tmp_path / "small.json")
    assert main("--data", rewritten, "--output", output, "--configs", config) == 1
    error = capsys.readouterr().err
    assert "small-seed0 holds another run (it learned from a data set of oth" in error
    assert len(error.splitlines()) == 1


def test_a_run_of_other_items_is_refused(data, tmp_path, capsys):
    other = write_split_data_set(tmp_path / "other", num_items=5)
    run = write_run(tmp_path / "run", other)
    output = tmp_path / "out"
    assert main("--data", data, "--output", output, "--runs", run) == 1
    printed = capsys.readouterr()
    assert f"{run} was not trained on {data} but on a data set of oth" in printed.err
    assert printed.out == ""
    assert not list(output.glob("comparison-*"))


def test_a_run_of_other_settings_is_refused_before_anything_is_done(
    data, tmp_path, capsys
):
    run = write_run(tmp_path / "run", data)
    metrics = json.loads((run / METRICS).read_text())
    write_json(run / METRICS, {**metrics, "data_settings_digest": "of --split none"})
    output = tmp_path / "out"
    assert main("--data", data, "--output", output, "--runs", run) == 1
    printed = capsys.readouterr()
    assert f"{run} was not trained on {data} but on a data set of other" in printed.err
    assert printed.out == ""
    assert not output.exists()


@pytest.mark.parametrize(
    ("flags", "status", "sentence"),
    [
        (("--configs", "none.json"), 2, "--config none.json cannot be read"),
        (("--runs", "{tmp}/none"), 1, "there is no finished run at"),
        (("--seeds", "0,x"), 2, "must be whole numbers with commas between them"),
        (("--baselines", "markov1"), 2, "did you mean markov_1?"),
        (("--baselines", "none"), 2, "there is nothing to compare"),
        (("--batch_size", "0"), 2, "--batch_size must be at least 1"),
        (("--confgs", "quick"), 2, "did you mean --configs?"),
        (("--output", "{tmp}/data/manifest.json"), 1, "cannot be written"),
        (("--data", "{tmp}/none"), 1, "there is no data set at"),
    ],
)
def test_a_wrong_call_ends_in_one_sentence(
    data, tmp_path, capsys, flags, status, sentence
):
    flags = [flag.format(tmp=tmp_path) for flag in flags]
    assert main("--data", data, "--output", tmp_path / "out", *flags) == status
    printed = capsys.readouterr()
    assert printed.out == ""
    assert sentence in printed.err
    assert len(printed.err.splitlines()) == 1


def test_random_has_no_test_split(tmp_path, capsys):
    data = write_split_data_set(
        tmp_path / "random", num_items=NUM_ITEMS, split="random"
    )
    flags = ("--data", data, "--output", tmp_path / "out")
    assert main(*flags, "--split", "test") == 2
    assert "no test split; use --split eval" in capsys.readouterr().err
    assert main(*flags) == 0
    assert "leaks: overlapping windows of one user" in capsys.readouterr().out


@pytest.mark.slow
def test_trains_two_configs_under_two_seeds_and_goes_on_where_it_stopped(
    sample_data_set: Path, tmp_path: Path, capsys
):
    output = tmp_path / "out"
    configs = (
        write_config(tmp_path / "age.json", batch_size=512, learning_rate=0.01),
        write_config(tmp_path / "gap.json", batch_size=512, day_feature="gap"),
    )
    flags = ("--data", sample_data_set, "--output", output, "--seeds", "0,1")
    assert main(*flags, "--configs", *configs) == 0
    printed = capsys.readouterr()
    assert printed.out == (output / "comparison-test.md").read_text()
    first = read_rows(output)
    assert list(first) == ["age", "gap", "gap (gap hidden)", *BASELINES]
    for name in ("age", "gap"):
        runs = first[name]["runs"]
        assert [Path(run["path"]).name for run in runs] == [
            f"{name}-seed0",
            f"{name}-seed1",
        ]
        assert [run["config"]["seed"] for run in runs] == [0, 1]
        assert all(run["metrics"]["seconds"] > 0 for run in runs)
        low, high = first[name]["spread"]["filtered"]["ndcg@10"]
        assert low <= first[name]["filtered"]["ndcg@10"] <= high
        interval = first[name]["intervals"]["filtered"]["ndcg@10"]
        assert interval[0] <= first[name]["filtered"]["ndcg@10"] <= interval[1]

    # As if it had been interrupted while the last seed was trained.
    (output / "runs" / "gap-seed1" / METRICS).unlink()
    kept = output / "runs" / "gap-seed0" / METRICS
    written = kept.stat().st_mtime_ns
    assert main(*flags, "--configs", *configs) == 0
    err = capsys.readouterr().err
    assert f"training {output}/runs/gap-seed1 (1 of 1)" in err
    assert kept.stat().st_mtime_ns == written
    assert list(read_rows(output)) == list(first)
