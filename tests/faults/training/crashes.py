"""Trainings that crash where they are told to, and what they come to in the end."""

import json

import numpy as np
import pytest

from tests.support.training import small_options
from trainer.run_files import HISTORY, METRICS, STATE
from trainer.runs import folder_of, load_run
from trainer.training.callbacks import StopOnDivergence
from trainer.training.train import train

# What time it took is no outcome.
TIMES = ("seconds", "windows_per_second")


class CrashError(Exception):
    """Stands for whatever ends a process between two steps."""


def crashing(monkeypatch, looks):
    """Lets training crash after so many looks at the loss."""
    look = StopOnDivergence.on_train_batch_end
    seen = []

    def crash(self, batch, logs=None):
        look(self, batch, logs)
        seen.append(batch)
        if len(seen) == looks:
            raise CrashError

    monkeypatch.setattr(StopOnDivergence, "on_train_batch_end", crash)


def outcome(run):
    metrics = json.loads((run / METRICS).read_text())
    figures = {key: metrics[key] for key in metrics if key not in TIMES}
    model, _ = load_run(str(run))
    return figures, (run / HISTORY).read_text(), [np.asarray(w) for w in model.weights]


def assert_same(run, undisturbed):
    (figures, history, weights), expected = outcome(run), outcome(undisturbed)
    assert figures == expected[0]
    assert history == expected[1]
    for value, its in zip(weights, expected[2], strict=True):
        np.testing.assert_array_equal(value, its)


def stopped(data, run, monkeypatch, **changes):
    """Leaves an unfinished run with a state."""
    options = small_options(data, run, checkpoint_secs=0.0, **changes)
    with monkeypatch.context() as patch:
        crashing(patch, 3)
        with pytest.raises(CrashError):
            train(options, export=False)
    assert (folder_of(str(run), options.overwrite) / STATE).exists()
    return options
