"""A training that is stopped goes on to the end that it would have come to."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest

from schemas.errors import UserError
from tests.faults.training.crashes import (
    CrashError,
    assert_same,
    crashing,
    stopped,
)
from tests.support.data_sets import cyclic_windows, write_data_set
from tests.support.programs import ROOT
from tests.support.training import small_options
from trainer.run_files import CONFIG, HISTORY, METRICS, STATE
from trainer.runs import locked
from trainer.training import optimizers
from trainer.training.callbacks import StopOnDivergence, Validate
from trainer.training.preemption import PREEMPTED
from trainer.training.train import train
from trainer.training.training_state import load_state

KINDS = {
    "lstm": {"dropout": 0.3, "unknown_rate": 0.1, "patience": 2, "day_feature": "gap"},
    "sampled": {
        "model": "gru",
        "loss": "sampled",
        "num_negatives": 5,
        "dropout": 0.3,
        "learning_rate_schedule": "cosine",
        "weight_decay": 0.1,
        "item_features": ("category",),
    },
    "together": {
        "model": "transformer",
        "dropout": 0.3,
        "unknown_rate": 0.1,
        "steps_per_execution": 3,
        "data_on_device": "on",
    },
    # Goes on from the ends of epochs.
    "seldom": {"dropout": 0.3, "patience": 1, "checkpoint_secs": 1e9},
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_crashes_between_steps_change_nothing(data, tmp_path, monkeypatch, kind):
    # An epoch has five steps. Before anything is saved, inside an epoch, behind its
    # end, inside the next; what is skipped is looked at, too.
    looks = (1, 2, 3, 2) if kind == "together" else (1, 4, 6, 4)
    changes = {"epochs": 3, "checkpoint_secs": 0.0, **KINDS[kind]}
    undisturbed = small_options(data, tmp_path / "undisturbed", **changes)
    train(undisturbed, export=False)
    options = small_options(data, tmp_path / "run", **changes)
    for count in looks:
        with monkeypatch.context() as patch:
            crashing(patch, count)
            with pytest.raises(CrashError):
                train(options, export=False)
        assert not (tmp_path / "run" / METRICS).exists()
    train(options, export=False)
    assert_same(tmp_path / "run", tmp_path / "undisturbed")
    assert not (tmp_path / "run" / STATE).exists()


@pytest.mark.slow
def test_a_crash_between_an_epochs_last_step_and_its_end(data, tmp_path, monkeypatch):
    changes = {"epochs": 3, "checkpoint_secs": 0.0}
    train(small_options(data, tmp_path / "undisturbed", **changes), export=False)
    options = small_options(data, tmp_path / "run", **changes)

    def crash(*_):
        raise CrashError

    with monkeypatch.context() as patch:
        patch.setattr(Validate, "on_epoch_end", crash)
        with pytest.raises(CrashError):
            train(options, export=False)
    assert load_state(tmp_path / "run" / STATE).progress.step == 5
    train(options, export=False)
    assert_same(tmp_path / "run", tmp_path / "undisturbed")


@pytest.mark.slow
def test_a_crash_behind_the_last_step_trains_no_more(data, tmp_path, monkeypatch):
    options = small_options(data, tmp_path / "run", epochs=2)
    train(small_options(data, tmp_path / "undisturbed", epochs=2), export=False)

    def crash(*_):
        raise CrashError

    with monkeypatch.context() as patch:
        patch.setattr("trainer.training.train._best_model", crash)
        with pytest.raises(CrashError):
            train(options, export=False)
    assert load_state(tmp_path / "run" / STATE).progress.is_done
    # On a bucket the one can be there without the other.
    (tmp_path / "run" / HISTORY).unlink()
    with monkeypatch.context() as patch:
        patch.setattr(StopOnDivergence, "on_train_batch_end", crash)
        train(options, export=False)
    assert_same(tmp_path / "run", tmp_path / "undisturbed")


def test_other_settings_and_other_data_are_refused(data, tmp_path, monkeypatch):
    run = tmp_path / "run"
    stopped(data, run, monkeypatch)
    before = (run / STATE).read_bytes()
    with pytest.raises(
        UserError, match=r"run of other settings \(`units` was \[16\] a"
    ):
        train(small_options(data, run, units=(8,)), export=False)
    # As many windows of the same settings, but of other histories.
    windows = cyclic_windows(150, 20, 4, 7), cyclic_windows(30, 20, 4, 1)
    other = write_data_set(tmp_path / "other", *windows, num_items=20, max_length=4)
    with pytest.raises(UserError, match=r"unfinished run on another data set than"):
        train(small_options(other, run), export=False)
    assert (run / STATE).read_bytes() == before
    metrics = train(
        small_options(data, run, units=(8,), epochs=1, overwrite=True), export=False
    )
    assert metrics["epochs"] == 1
    assert json.loads((run / CONFIG).read_text())["units"] == [8]


def test_a_damaged_state_is_one_sentence(data, tmp_path, monkeypatch):
    run = tmp_path / "run"
    options = stopped(data, run, monkeypatch)
    state = run / STATE
    state.write_bytes(state.read_bytes()[:-100])
    with pytest.raises(UserError, match=r"state\.npz is damaged .*add --overwrite"):
        train(options, export=False)


def test_two_trainings_into_one_output(data, tmp_path):
    run = tmp_path / "run"
    with locked(str(run)):
        with pytest.raises(UserError, match=r"run is being written by another run; wa"):
            train(small_options(data, run, epochs=1), export=False)
        assert not list(run.iterdir())
    train(small_options(data, run, epochs=1), export=False)


def test_divergence_keeps_the_last_good_state(data, tmp_path, monkeypatch):
    # Three steps that learn, and then those that destroy.
    rises = keras.optimizers.schedules.PiecewiseConstantDecay([2], [0.01, 1e30])
    monkeypatch.setattr(optimizers, "_schedule", lambda *_: rises)
    options = small_options(data, tmp_path / "run", checkpoint_secs=0.0)
    with pytest.raises(UserError, match=r"at step \d+ of epoch 1, at a learning rate"):
        train(options, export=False)
    state = load_state(tmp_path / "run" / STATE)
    floats = [a for a in state.arrays.values() if a.dtype.kind == "f"]
    assert floats
    assert all(np.isfinite(a).all() for a in floats)


def _start(data, run, *flags):
    command = [sys.executable, "-m", "trainer", "train", f"--data={data}"]
    return subprocess.Popen(
        [*command, f"--output={run}", *flags],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _killed(process, sent, state, delay):
    """Sends a signal a while after the process saved a state; None: it had ended."""
    before = state.stat().st_mtime_ns if state.exists() else None
    while process.poll() is None:
        now = state.stat().st_mtime_ns if state.exists() else None
        if now != before:
            time.sleep(delay)
            process.send_signal(sent)
            break
        time.sleep(0.01)
    _, error = process.communicate(timeout=120)
    return process.returncode, error


FLAGS = (
    "--config=quick",
    "--model=gru",
    "--dropout=0.3",
    "--unknown_rate=0.1",
    "--epochs=40",
    "--patience=0",
    "--batch_size=16",
    "--deterministic",
    "--checkpoint_secs=0",
)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_signals_at_any_moment_change_nothing(data, tmp_path):
    """The whole program: saves and exits at SIGTERM, and goes on after SIGKILL."""
    undisturbed, run = tmp_path / "undisturbed", tmp_path / "run"
    process = _start(data, undisturbed, *FLAGS)
    _, error = process.communicate(timeout=300)
    assert process.returncode == 0, error
    chance = random.Random(6)
    outcomes = []
    for number in range(8):
        sent = (signal.SIGTERM, signal.SIGKILL)[number % 2]
        process = _start(data, run, *FLAGS)
        status, error = _killed(process, sent, run / STATE, chance.uniform(0.0, 0.3))
        outcomes.append(status)
        if status == 0:
            break
        assert not (run / METRICS).exists()
        if sent == signal.SIGTERM:
            assert status == PREEMPTED, error
            assert "run the same command again to go on" in error
            assert "Traceback" not in error
        else:
            assert status == -signal.SIGKILL
    assert {PREEMPTED, -signal.SIGKILL} <= set(outcomes)
    if 0 not in outcomes:  # Else the last of these had come to the end.
        process = _start(data, run, *FLAGS)
        _, error = process.communicate(timeout=300)
        assert process.returncode == 0, error
    assert_same(run, undisturbed)
