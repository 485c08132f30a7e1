"""The weights that a run keeps are those of the epoch that its metrics name."""

import numpy as np
import pytest

from schemas.errors import UserError
from tests.faults.training.crashes import CrashError, assert_same
from tests.support.training import small_options
from trainer.run_files import CHECKPOINTS, STATE, best_weights
from trainer.runs import load_run
from trainer.training.callbacks import BestWeights, Checkpoint
from trainer.training.train import train
from trainer.training.training_state import load_state
from trainer.training.validation import Validation


def crash(*_):
    raise CrashError


def measuring(patch, *figures):
    """Lets validation find these figures, epoch after epoch.

    So an epoch can be measured otherwise when it is trained a second time, as on GPUs
    or with other numbers of threads.
    """
    left = iter(figures)

    def measure(self, model):
        figure = next(left)
        return {"loss": 1.0, "hr@10": figure, "ndcg@10": figure}

    patch.setattr(Validation, "__call__", measure)


def crash_in_epoch(patch, of, name, number):
    """Lets training crash before a method of a callback in the n-th epoch."""
    method, seen = getattr(of, name), []

    def crashing(self, *args):
        seen.append(name)
        if len(seen) == number:
            raise CrashError
        return method(self, *args)

    patch.setattr(of, name, crashing)


def test_an_epoch_that_is_worse_the_second_time_leaves_the_earlier_weights(
    data, tmp_path, monkeypatch
):
    options = small_options(data, tmp_path / "run", epochs=3, patience=0)
    with monkeypatch.context() as patch:
        measuring(patch, 0.3, 0.5)
        # The best weights are written, and the state is not.
        crash_in_epoch(patch, Checkpoint, "on_epoch_end", 2)
        with pytest.raises(CrashError):
            train(options, export=False)
    with monkeypatch.context() as patch:
        measuring(patch, 0.29, 0.28)
        metrics = train(options, export=False)
    assert (metrics["best_epoch"], metrics["val_ndcg@10"]) == (1, 0.3)
    kept = [path.name for path in (tmp_path / "run" / CHECKPOINTS).iterdir()]
    assert kept == ["best-1.weights.h5"]
    with monkeypatch.context() as patch:
        measuring(patch, 0.3, 0.2, 0.1)
        train(small_options(data, tmp_path / "other", epochs=3), export=False)
    models = [load_run(str(tmp_path / name))[0] for name in ("run", "other")]
    for mine, its in zip(models[0].weights, models[1].weights, strict=True):
        np.testing.assert_allclose(mine, its, atol=1e-5)


def test_a_crash_before_earlier_weights_are_removed(data, tmp_path, monkeypatch):
    run, undisturbed = tmp_path / "run", tmp_path / "undisturbed"
    for folder in (undisturbed, run):
        options = small_options(data, folder, epochs=2, patience=0)
        with monkeypatch.context() as patch:
            if folder == run:
                crash_in_epoch(patch, BestWeights, "discard_others", 2)
                measuring(patch, 0.3, 0.4)
                with pytest.raises(CrashError):
                    train(options, export=False)
                assert load_state(run / STATE).progress.best_epoch == 2
                assert (run / best_weights(1)).exists()
            else:
                measuring(patch, 0.3, 0.4)
            train(options, export=False)
    assert_same(run, undisturbed)
    kept = [path.name for path in (run / CHECKPOINTS).iterdir()]
    assert kept == ["best-2.weights.h5"]


def test_best_weights_that_are_gone_are_one_sentence(data, tmp_path, monkeypatch):
    run = tmp_path / "run"
    options = small_options(data, run, epochs=1)
    with monkeypatch.context() as patch:
        patch.setattr("trainer.training.train._best_model", crash)
        with pytest.raises(CrashError):
            train(options, export=False)
    (run / best_weights(1)).unlink()
    with pytest.raises(UserError, match=r"best-1\.weights\.h5 is missing; add --ov"):
        train(options, export=False)
    assert train(small_options(data, run, epochs=1, overwrite=True), export=False)
