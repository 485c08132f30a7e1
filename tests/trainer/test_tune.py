"""`python -m trainer tune`, through its flags."""

import json
import shutil
from pathlib import Path

import pytest

from schemas.errors import UsageError
from tests.support.searches import BASE, SPACE, tune, write, write_data, write_search
from trainer.__main__ import main as program
from trainer.run_files import METRICS
from trainer.training.callbacks import HistoryFile


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tune")


@pytest.fixture(scope="module")
def flags(folder):
    """The flags of a search, without --output and --trials."""
    return write_search(folder)


@pytest.fixture(scope="module")
def finished(folder, flags):
    """The folder of a search of two trials."""
    output = folder / "finished"
    assert tune(*flags, "--output", output, "--trials", 2, "--quiet") == 0
    return output


@pytest.fixture
def search(finished, tmp_path):
    """A copy of `finished`, to be changed."""
    return Path(shutil.copytree(finished, tmp_path / "search"))


def figures_of(output):
    return json.loads((output / "trials.json").read_text())


def times_of(output):
    return {
        path.parent.name: path.stat().st_mtime_ns
        for path in (output / "trials").glob(f"*/{METRICS}")
    }


def test_a_search_leaves_figures_and_no_weights(finished):
    names = {path.name for path in finished.iterdir()}
    assert names == {
        *("tune.json", "best.json", "trials.json", "trials.md"),
        *("trials", "keras_tuner"),
    }
    for run in ("001", "002"):
        files = {path.name for path in (finished / "trials" / run).iterdir()}
        assert files == {"config.json", "history.csv", "metrics.json"}


def test_the_figures_are_those_of_the_runs_the_best_first(finished):
    trials = figures_of(finished)["trials"]
    assert sorted(trial["trial"] for trial in trials) == [1, 2]
    assert trials[0]["val_ndcg@10"] >= trials[1]["val_ndcg@10"] > 0
    for trial in trials:
        run = finished / "trials" / f"{trial['trial']:03d}"
        metrics = json.loads((run / "metrics.json").read_text())
        config = json.loads((run / "config.json").read_text())
        for name in ("val_ndcg@10", "val_hr@10", "best_epoch", "epochs", "seconds"):
            assert trial[name] == metrics[name]
        assert set(trial["settings"]) == set(SPACE)
        for name, value in trial["settings"].items():
            assert config[name] == value
        assert config["num_heads"] in (1, 2)  # 3 do not divide 8.
        assert {name: config[name] for name in BASE} == BASE
    best = json.loads((finished / "best.json").read_text())
    path = finished / "trials" / f"{trials[0]['trial']:03d}" / "config.json"
    assert best == json.loads(path.read_text())


def test_the_table_shows_every_trial(finished):
    lines = (finished / "trials.md").read_text().splitlines()
    rows = [line for line in lines if line.startswith("| ")]
    assert rows[0].endswith("| `units` | `num_heads` | `learning_rate` |")
    assert len(rows) == 2 + 2
    best = figures_of(finished)["trials"][0]
    assert rows[2].startswith(f"| {best['trial']} | {best['val_ndcg@10']:.4f} |")


def test_more_trials_train_only_what_is_missing(search, flags, capsys):
    before = times_of(search)
    assert tune(*flags, "--output", search, "--trials", 3) == 0
    after = times_of(search)
    assert set(after) == {"001", "002", "003"}
    assert before == {name: after[name] for name in before}
    assert len(figures_of(search)["trials"]) == 3
    printed = capsys.readouterr()
    assert "holds 2 trials; going on from there" in printed.err
    assert "trial 3 of 3: units " in printed.err
    assert "epoch 1/2  loss" in printed.err
    assert "Reloading" not in printed.out
    best = search / "best.json"
    assert f"next      python -m trainer train --config {best}" in printed.out


def test_a_finished_search_is_only_told_again(search, flags, capsys):
    before = times_of(search)
    (search / "best.json").unlink()
    assert tune(*flags, "--output", search, "--trials", 2) == 0
    assert times_of(search) == before
    assert (search / "best.json").exists()
    printed = capsys.readouterr()
    assert printed.out.startswith("tried     2 trials\nbest      trial ")
    assert "epoch 1/2" not in printed.err


def test_an_interrupted_trial_goes_on(search, flags, capsys, monkeypatch):
    write_row = HistoryFile.on_epoch_end

    def stop(self, epoch, logs=None):
        if epoch:
            raise KeyboardInterrupt
        write_row(self, epoch, logs)

    before = times_of(search)
    with monkeypatch.context() as patch:
        patch.setattr(HistoryFile, "on_epoch_end", stop)
        assert tune(*flags, "--output", search, "--trials", 3) == 130
    assert "the same command goes on from here" in capsys.readouterr().err
    assert times_of(search) == before
    assert len(figures_of(search)["trials"]) == 2
    (begun,) = (search / "keras_tuner" / "trial_2").iterdir()
    chosen = json.loads(begun.read_text())["hyperparameters"]["values"]

    assert tune(*flags, "--output", search, "--trials", 3) == 0
    assert "going on after 1 epochs and 0 steps" in capsys.readouterr().err
    after = times_of(search)
    assert before == {name: after[name] for name in before}
    config = json.loads((search / "trials" / "003" / "config.json").read_text())
    assert config["num_heads"] == chosen["num_heads"]
    assert ",".join(map(str, config["units"])) == chosen["units"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--epochs", 3], "`epochs` was 2 and is now 3"),
        (["--seed", 1], "`seed` was 0 and is now 1"),
        (["--tuner", "bayesian"], '`tuner` was "random" and is now "bayesian"'),
    ],
)
def test_another_search_in_the_folder_is_refused(search, flags, more, message, capsys):
    before = times_of(search)
    assert tune(*flags, "--output", search, "--trials", 3, *more) == 1
    error = capsys.readouterr().err
    assert f"holds another search ({message}); choose another --output" in error
    assert times_of(search) == before


def test_another_space_or_data_set_is_refused(search, flags, tmp_path, capsys):
    space = write(tmp_path / "space.json", {**SPACE, "num_heads": {"choices": [1, 2]}})
    assert tune(*flags, "--output", search, "--space", space) == 1
    error = capsys.readouterr().err
    assert '(`num_heads` in the space was {"choices": [1, 2, 3]} and is now' in error
    data = write_data(tmp_path / "data", num_items=11)
    assert tune(*flags, "--output", search, "--data", data) == 1
    assert "holds another search (on a data set of other " in capsys.readouterr().err
    # Of the same settings, and as many items and windows.
    data = write_data(tmp_path / "new", seed=2)
    assert tune(*flags, "--output", search, "--data", data) == 1
    assert "(on a data set of other files); choose" in capsys.readouterr().err


def test_the_best_settings_train_to_the_same_figure(finished, tmp_path):
    best, run = finished / "best.json", tmp_path / "run"
    argv = ["train", "--config", best, "--output", run, "--quiet"]
    assert program([str(word) for word in argv]) == 0
    metrics = json.loads((run / METRICS).read_text())
    trial = figures_of(finished)["trials"][0]
    assert metrics["val_ndcg@10"] == pytest.approx(trial["val_ndcg@10"], abs=1e-6)
    assert (run / "model" / "saved_model.pb").exists()
    assert json.loads((run / "config.json").read_text()) == json.loads(best.read_text())


@pytest.mark.slow
def test_a_trial_that_diverges_fails_alone(flags, tmp_path, capsys):
    values = {"learning_rate": {"choices": [0.01, 1e38]}}
    space = write(tmp_path / "space.json", values)
    output = tmp_path / "search"
    assert tune(*flags, "--space", space, "--output", output, "--trials", 2) == 0
    printed = capsys.readouterr()
    assert "tried     2 trials, 1 of them failed" in printed.out
    assert "training has diverged" in printed.err
    assert "Traceback" not in printed.err
    good, failed = figures_of(output)["trials"]
    assert good["settings"] == {"learning_rate": 0.01}
    assert "training has diverged" in failed["failure"]
    assert "val_ndcg@10" not in failed
    assert "training has diverged" in (output / "trials.md").read_text()
    assert json.loads((output / "best.json").read_text())["learning_rate"] == 0.01
    # No weights that nobody reads, and no word of them.
    assert failed["failure"].endswith("lower --learning_rate (now 1e+38).")
    assert not any((output / "trials" / f"{failed['trial']:03d}").iterdir())


@pytest.mark.slow
def test_failures_in_a_row_end_the_search(flags, tmp_path, capsys):
    values = {"learning_rate": {"min": 1e37, "max": 1e38}}
    space = write(tmp_path / "space.json", values)
    output = tmp_path / "search"
    assert tune(*flags, "--space", space, "--output", output, "--quiet") == 1
    error = capsys.readouterr().err
    assert "5 trials failed in a row, the last one because the loss is" in error
    assert len(figures_of(output)["trials"]) == 4
    assert not (output / "best.json").exists()


def test_a_mistake_of_the_program_is_not_taken_for_a_trial(search, flags, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("a mistake")

    monkeypatch.setattr("trainer.tuning.trial_tuner.train", fail)
    with pytest.raises(RuntimeError, match="a mistake"):
        tune(*flags, "--output", search, "--trials", 3, "--quiet")


def test_what_no_trial_can_have_ends_the_search(search, flags, monkeypatch, capsys):
    def fail(*args, **kwargs):
        raise UsageError("--jit_compile on cannot be had")

    monkeypatch.setattr("trainer.tuning.trial_tuner.train", fail)
    assert tune(*flags, "--output", search, "--trials", 9, "--quiet") == 2
    assert "--jit_compile on cannot be had" in capsys.readouterr().err
    assert len(figures_of(search)["trials"]) == 2


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("keras_tuner/oracle.json", "keras_tuner is damaged or of another version"),
        ("keras_tuner/trial_0/trial.json", "keras_tuner is damaged or of another"),
        ("tune.json", "tune.json is damaged or of another version"),
        ("trials/001/metrics.json", "metrics.json is missing or damaged"),
    ],
)
def test_a_damaged_search_is_refused(search, flags, path, message, capsys):
    (search / path).write_text("{")
    assert tune(*flags, "--output", search, "--trials", 3) == 1
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


@pytest.mark.slow
@pytest.mark.parametrize("tuner", ["bayesian", "hyperband"])
def test_the_other_tuners_search_too(flags, tmp_path, tuner, capsys):
    values = {"learning_rate": {"min": 0.001, "max": 0.05, "sampling": "log"}}
    space = write(tmp_path / "space.json", values)
    output = tmp_path / "search"
    more = ["--space", space, "--tuner", tuner, "--epochs", 3, "--trials", 6]
    assert tune(*flags, "--output", output, *more, "--quiet") == 0
    assert capsys.readouterr() == ("", "")
    trials = figures_of(output)["trials"]
    assert len(trials) == 6
    epochs = {trial["epochs"] for trial in trials}
    assert epochs == ({1, 3} if tuner == "hyperband" else {3})
