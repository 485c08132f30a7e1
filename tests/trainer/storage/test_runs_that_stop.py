"""What a training on a bucket leaves when it ends before its time."""

import os
import signal
import subprocess
import sys
import time
from fnmatch import fnmatch

import pytest

from tests.support.buckets import copy_to, files_in, put, read
from tests.support.programs import ROOT
from tests.support.training import write_cyclic_data
from trainer.__main__ import main
from trainer.run_files import STAGED, best_weights
from trainer.training import train as training
from trainer.training.callbacks import StopOnDivergence
from trainer.training.preemption import PREEMPTED

FLAGS = ["--config=notebook", "--units=16", "--item_embedding=8", "--batch_size=32"]


@pytest.fixture
def data(bucket, tmp_path):
    copy_to(write_cyclic_data(tmp_path / "reviews"), f"{bucket}/reviews")
    return f"{bucket}/reviews"


class CrashError(Exception):
    """Stands for whatever ends a process."""


def crash(*_):
    raise CrashError


def epochs_in(run):
    """How many epochs the history of a run tells of, at most a header less."""
    # That file alone: others come and go while it trains.
    return max(0, read(f"{run}/history.csv").count(b"\n") - 1)


def best_weights_in(files):
    return [path for path in files if fnmatch(path, best_weights("*"))]


def stop_after_epochs(sent, data, run, epochs, temporary):
    """Trains for ever and sends a signal after some epochs; returns the status."""
    command = [sys.executable, "-m", "trainer", "train", *FLAGS, f"--data={data}"]
    with subprocess.Popen(
        [*command, f"--output={run}", "--epochs=100000", "--patience=0"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            while epochs_in(run) < epochs:
                assert process.poll() is None, process.stderr.read().decode()
                time.sleep(0.5)
            process.send_signal(sent)
            process.communicate()
        finally:
            process.kill()
    return process.returncode


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM], ids=["kill", "term"])
def test_a_stopped_training_leaves_its_epochs_and_goes_on(bucket, data, sent, tmp_path):
    run, temporary = f"{bucket}/run", tmp_path / "temporary"
    temporary.mkdir()
    status = stop_after_epochs(sent, data, run, 2, temporary)
    files = files_in(run)
    assert {
        "config.json",
        "history.csv",
        "checkpoints/state.npz",
    } <= files.keys()
    assert best_weights_in(files)
    assert epochs_in(run) >= 2
    assert "metrics.json" not in files
    if sent == signal.SIGTERM:
        assert status == PREEMPTED
        assert not list(temporary.glob("seamstress-*"))
    # The same command goes on, on a machine that has nothing but the bucket.
    stop_after_epochs(signal.SIGKILL, data, run, epochs_in(run) + 1, temporary)
    assert files_in(run)["history.csv"].startswith(files["history.csv"])
    flags = [*FLAGS, f"--data={data}", f"--output={run}", "--epochs=1"]
    assert main(["train", *flags]) == 1  # Of other settings.
    assert main(["train", *flags, "--overwrite"]) == 0
    assert epochs_in(run) == 1
    assert "metrics.json" in files_in(run)
    assert "checkpoints/state.npz" not in files_in(run)


def test_a_finished_run_is_refused_before_anything_is_copied(bucket, capfd):
    put(f"{bucket}/run/metrics.json", b"{}")
    put(f"{bucket}/run/notes.txt", b"mine")
    # There is no such data set, and yet the output is what is refused.
    flags = ["train", f"--data={bucket}/none", f"--output={bucket}/run"]
    assert main(flags) == 1
    assert f"{bucket}/run already holds a finished run" in capfd.readouterr().err
    assert files_in(f"{bucket}/run") == {"metrics.json": b"{}", "notes.txt": b"mine"}


def test_files_of_no_run_are_not_replaced(bucket, capfd):
    put(f"{bucket}/run/logs/mine.txt", b"mine")
    flags = ["train", f"--data={bucket}/none", f"--output={bucket}/run"]
    assert main(flags) == 1
    assert f"{bucket}/run/logs is of no run of the trainer" in capfd.readouterr().err
    assert files_in(f"{bucket}/run") == {"logs/mine.txt": b"mine"}


@pytest.mark.slow
def test_a_run_that_was_stopped_behind_its_last_step_is_reported_whole(
    bucket, data, monkeypatch, capfd
):
    run = f"{bucket}/run"
    flags = ["train", *FLAGS, f"--data={data}", f"--output={run}", "--epochs=1"]
    with monkeypatch.context() as patch:
        patch.setattr(training, "_best_model", crash)
        with pytest.raises(CrashError):
            main(flags)
    history = files_in(run)["history.csv"]
    assert main(flags) == 0
    assert "history.csv is missing or damaged" not in capfd.readouterr().err
    left = files_in(run)
    assert left["history.csv"] == history
    assert left["report.html"]


@pytest.mark.slow
def test_overwriting_replaces_the_run_and_nothing_else(bucket, data, monkeypatch):
    run = f"{bucket}/run"
    flags = ["train", *FLAGS, f"--data={data}", f"--output={run}", "--epochs=1"]
    assert main(flags) == 0
    put(f"{run}/evaluation-test.json", b"{}")
    put(f"{run}/notes.txt", b"mine")
    first = files_in(run)
    assert main(flags) == 1
    assert files_in(run) == first
    # A replacement that is stopped leaves the run, and is gone on with.
    flags += ["--overwrite", "--seed=1"]
    with monkeypatch.context() as patch:
        patch.setattr(training, "_export", crash)
        with pytest.raises(CrashError):
            main(flags)
    left = files_in(run)
    assert {path: left[path] for path in first} == first
    assert f"{STAGED}/checkpoints/best-1.weights.h5" in left
    with monkeypatch.context() as patch:
        patch.setattr(StopOnDivergence, "on_train_batch_end", crash)
        assert main(flags) == 0  # Not one step is left.
    second = files_in(run)
    assert not [path for path in second if path.startswith(STAGED)]
    assert all(second.values())
    assert second["model.keras"] != first["model.keras"]
    assert second["notes.txt"] == b"mine"
    assert "evaluation-test.json" not in second
    events = [path for path in second if path.startswith("logs/")]
    assert events
    assert not set(events) & first.keys()
