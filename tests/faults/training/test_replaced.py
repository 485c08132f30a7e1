"""A training that is to replace a run: the run stays until the new one is whole."""

import pytest

from tests.faults.training.crashes import (
    CrashError,
    assert_same,
    crashing,
    stopped,
)
from tests.support.small_reviews import entries
from tests.support.training import small_options
from trainer.run_files import STATE
from trainer.runs import folder_of, load_run
from trainer.training.train import train
from trainer.training.training_state import load_state


def test_a_replacement_that_is_stopped_goes_on_beside_the_earlier_run(
    data, tmp_path, monkeypatch
):
    run, undisturbed = tmp_path / "run", tmp_path / "undisturbed"
    changes = {"epochs": 2, "seed": 5}
    train(small_options(data, undisturbed, **changes), export=False)
    train(small_options(data, run, epochs=1), export=False)
    before = entries(run)
    options = small_options(data, run, checkpoint_secs=0.0, overwrite=True, **changes)
    # Inside the first epoch of five steps, and in the first step of the second.
    for looks in (3, 6):
        with monkeypatch.context() as patch:
            crashing(patch, looks)
            with pytest.raises(CrashError):
                train(options, export=False)
        left = entries(run)
        assert {name: left[name] for name in before} == before
        load_run(str(run))
    state = load_state(folder_of(str(run), True) / STATE)
    assert (state.progress.epoch, state.progress.step) == (1, 0)
    train(options, export=False)
    assert_same(run, undisturbed)
    assert not folder_of(str(run), True).exists()


def test_a_replacement_of_other_settings_begins_anew(data, tmp_path, monkeypatch):
    run, changes = tmp_path / "run", {"epochs": 1, "seed": 5}
    stopped(data, run, monkeypatch, overwrite=True)
    train(small_options(data, tmp_path / "undisturbed", **changes), export=False)
    train(small_options(data, run, overwrite=True, **changes), export=False)
    assert_same(run, tmp_path / "undisturbed")
