"""The trainer from the command line to the files of a run."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from schemas.errors import UserError
from tests.support.data_sets import cyclic_windows, write_data_set
from tests.support.training import SMALL, small_options
from trainer.__main__ import main
from trainer.data.data_set import open_data_set
from trainer.runs import load_run
from trainer.training.train import train
from trainer.training.validation import Validation


@pytest.fixture(scope="module")
def run(data: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run, made through `main`."""
    folder = tmp_path_factory.mktemp("runs") / "run"
    config = folder.parent / "small.json"
    config.write_text(json.dumps({**SMALL, "units": [16]}))
    argv = ["train", "--data", data, "--output", str(folder), "--config", str(config)]
    assert main(argv) == 0
    return folder


def test_a_run_holds_what_it_promises(run: Path) -> None:
    names = {path.name for path in run.iterdir()}
    assert names >= {"config.json", "history.csv", "metrics.json", "model.keras"}
    # The state of the last epoch is gone, and its weights are nobody's.
    kept = [path.name for path in (run / "checkpoints").iterdir()]
    best = json.loads((run / "metrics.json").read_text())["best_epoch"]
    assert kept == [f"best-{best}.weights.h5"]
    assert (run / "model" / "saved_model.pb").exists()
    assert {path.name for path in (run / "logs").iterdir()} == {"train", "validation"}


def test_metrics_are_those_of_the_best_epoch(run: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    with open(run / "history.csv") as file:
        history = list(csv.DictReader(file))
    assert len(history) == metrics["epochs"] <= 4
    best = max(
        history, key=lambda row: (float(row["val_ndcg@10"]), -float(row["val_loss"]))
    )
    assert metrics["best_epoch"] == int(best["epoch"])
    assert metrics["monitor"] == "val_ndcg@10"
    for name in ("loss", "val_loss", "val_hr@10", "val_ndcg@10"):
        assert metrics[name] == pytest.approx(float(best[name]))
    # Item j is always followed by j + 1: that can be learned.
    assert metrics["val_ndcg@10"] > 0.7
    device = "GPU:0" if tf.config.list_physical_devices("GPU") else "CPU:0"
    assert f"{device}; precision " in metrics["devices"]
    assert metrics["devices"].endswith("backend tensorflow")


def test_the_kept_model_is_the_best_one(run: Path, data: str) -> None:
    model, options = load_run(str(run))
    assert (options.data, options.units) == (data, (16,))
    metrics = json.loads((run / "metrics.json").read_text())
    figures = Validation(open_data_set(data), "eval", "age")(model)
    assert figures["ndcg@10"] == pytest.approx(metrics["val_ndcg@10"], abs=1e-6)
    assert figures["loss"] == pytest.approx(metrics["val_loss"], abs=1e-5)


def test_the_same_seed_gives_the_same_weights(run: Path, data: str) -> None:
    again = run.parent / "again"
    config = str(run / "config.json")
    assert main(["train", "--config", config, "--output", str(again), "--quiet"]) == 0
    first, second = load_run(str(run))[0], load_run(str(again))[0]
    for one, other in zip(first.weights, second.weights, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_finished_run_is_kept_unless_told(
    run: Path, data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (run / "metrics.json").read_text()
    assert main(["train", "--data", data, "--output", str(run)]) == 1
    error = capsys.readouterr().err
    assert "already holds a finished run" in error
    assert "--overwrite" in error
    assert (run / "metrics.json").read_text() == before


@pytest.mark.parametrize(
    ("argv", "status", "message"),
    [
        ([], 2, "a command is missing; choose one of train, "),
        (["tarin"], 2, "invalid choice: 'tarin'"),
        (["train", "--data", "D"], 2, "--output is missing"),
        (["train", "--epoch", "2"], 2, "unknown flag --epoch; did you mean --epochs?"),
        (["train", "--epochs", "x"], 2, "invalid int value: 'x'"),
        (
            ["train", "--data", "no/where", "--output", "R"],
            1,
            "there is no data set at no/where",
        ),
    ],
)
def test_what_the_user_can_mend_is_one_sentence(
    argv: list[str], status: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == status
    error = capsys.readouterr().err
    assert message in error
    assert error.startswith("python -m trainer: ")
    assert error.count("\n") == 1


def test_help_needs_no_tensorflow(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["train", "--help"])
    assert stop.value.code == 0
    assert "--learning_rate" in capsys.readouterr().out


def test_quiet_says_nothing(
    data: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    flags = ["--units", "4", "--item_embedding", "4", "--epochs", "1", "--quiet"]
    argv = ["train", "--data", data, "--output", str(tmp_path / "run"), *flags]
    assert main(argv) == 0
    assert tuple(capfd.readouterr()) == ("", "")


def test_without_eval_records_the_training_loss_decides(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    windows = cyclic_windows(40, 6, 3, 0)
    data = write_data_set(
        tmp_path / "data",
        windows,
        num_items=6,
        max_length=3,
        split="none",
        with_graph=True,
    )
    metrics = train(small_options(data, tmp_path / "run", epochs=2), export=False)
    assert metrics["best_epoch"] == 2
    assert not any(name.startswith("val_") for name in metrics)
    said = [r.getMessage() for r in caplog.records if "no eval records" in r.message]
    assert len(said) == 1


@pytest.mark.parametrize(
    ("change", "decides", "said"),
    [
        ({"target": 21}, "loss", "30 are unknown items and 0 "),
        ({"seen": list(range(1, 21))}, "val_loss", "0 are unknown items and 30 "),
    ],
    ids=["unknown", "seen"],
)
def test_where_no_eval_target_can_be_hit_a_loss_decides(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    change: dict[str, Any],
    decides: str,
    said: str,
) -> None:
    held_out = [replace(window, **change) for window in cyclic_windows(30, 20, 4, 1)]
    windows = cyclic_windows(150, 20, 4, 0)
    data = write_data_set(
        tmp_path / "data", windows, held_out, num_items=20, max_length=4
    )
    options = small_options(data, tmp_path / "run", epochs=6, patience=1)
    metrics = train(options, export=False)
    # NDCG, 0 in all epochs, would have kept the first and ended behind the second.
    assert metrics["val_ndcg@10"] == 0.0
    assert metrics["monitor"] == decides
    assert metrics["epochs"] > 2
    with open(tmp_path / "run" / "history.csv") as file:
        figures = [float(row[decides]) for row in csv.DictReader(file)]
    assert metrics["best_epoch"] == figures.index(min(figures)) + 1
    (warned,) = [r.getMessage() for r in caplog.records if "can be hit" in r.message]
    assert said in warned


def test_training_stops_when_nothing_gets_better(data: str, tmp_path: Path) -> None:
    # At this rate nothing moves, so the first epoch stays the best: not even moments,
    # of which a transformer has none.
    still = {"model": "transformer", "learning_rate": 1e-12}
    options = small_options(data, tmp_path / "run", **still, epochs=9, patience=2)
    metrics = train(options, export=False)
    assert metrics["epochs"] == 3
    assert metrics["best_epoch"] == 1


def test_patience_0_never_stops_early(data: str, tmp_path: Path) -> None:
    still = {"model": "transformer", "learning_rate": 1e-12}
    options = small_options(data, tmp_path / "run", **still, epochs=4, patience=0)
    assert train(options, export=False)["epochs"] == 4


def test_divergence_is_one_clear_sentence(data: str, tmp_path: Path) -> None:
    options = small_options(data, tmp_path / "run", learning_rate=1e30)
    with pytest.raises(UserError, match=r"diverged; lower --learning_rate \(now 1e\+3"):
        train(options)
    with pytest.raises(UserError, match=r"holds no metrics\.json"):
        load_run(str(tmp_path / "run"))


def test_a_damaged_data_set_does_not_cost_the_earlier_run(
    data: str, run: Path, tmp_path: Path
) -> None:
    damaged = shutil.copytree(data, tmp_path / "damaged")
    shard = sorted((damaged / "train").iterdir())[0]
    shard.write_bytes(shard.read_bytes()[:-40])
    before = {path.name for path in run.iterdir()}
    with pytest.raises(UserError, match=r"windows-00000-of-00002.* is damaged"):
        train(small_options(str(damaged), run, overwrite=True))
    assert {path.name for path in run.iterdir()} == before
    load_run(str(run))


def test_what_only_the_export_reads_is_looked_at_first(
    data: str, tmp_path: Path
) -> None:
    damaged = shutil.copytree(data, tmp_path / "damaged")
    (damaged / "transform_fn" / "saved_model.pb").write_bytes(b"\x07 no graph")
    with pytest.raises(UserError, match="transform_fn cannot be loaded"):
        train(small_options(str(damaged), tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_an_empty_training_split(tmp_path: Path) -> None:
    windows = cyclic_windows(4, 6, 3, 0)
    data = write_data_set(tmp_path / "data", [], windows, num_items=6, max_length=3)
    with pytest.raises(UserError, match=r"the training split of .* is empty"):
        train(small_options(data, tmp_path / "run"))
    assert not (tmp_path / "run").exists()
