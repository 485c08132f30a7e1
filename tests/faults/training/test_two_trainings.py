"""Two trainings into one output, of which the one trains while the other prepares."""

import pytest

from schemas.errors import UserError
from tests.faults.training.crashes import CrashError, assert_same, crashing, stopped
from tests.support.small_reviews import entries
from tests.support.training import small_options
from trainer.training import train as training
from trainer.training.train import train


def meanwhile(patch, work):
    """Lets another training work after this one has read the state."""
    prepare = training.training_input

    def late(*args):
        with pytest.MonkeyPatch.context() as inside:
            inside.setattr(training, "training_input", prepare)
            work()
        return prepare(*args)

    patch.setattr(training, "training_input", late)


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_another_one_has_finished_is_not_trained_into(
    data, tmp_path, monkeypatch, overwrite
):
    run = tmp_path / "run"
    options = stopped(data, run, monkeypatch, epochs=2, overwrite=overwrite)
    finished = {}

    def work():
        train(options, export=False)
        finished.update(entries(run))

    message = "was trained in by another" if overwrite else "already holds a finished"
    with monkeypatch.context() as patch:
        meanwhile(patch, work)
        with pytest.raises(UserError, match=message):
            train(options, export=False)
    assert finished
    assert entries(run) == finished


def test_a_state_that_another_one_has_left_is_gone_on_with(data, tmp_path, monkeypatch):
    run, changes = tmp_path / "run", {"epochs": 2}
    options = small_options(data, run, checkpoint_secs=0.0, **changes)
    with monkeypatch.context() as patch:
        meanwhile(patch, lambda: stopped(data, run, monkeypatch, **changes))
        with pytest.raises(UserError, match="run the same command again to go on"):
            train(options, export=False)
    # It is there still: the next crash is nearer to the end.
    with monkeypatch.context() as patch:
        crashing(patch, 9)
        with pytest.raises(CrashError):
            train(options, export=False)
    train(options, export=False)
    train(small_options(data, tmp_path / "undisturbed", **changes), export=False)
    assert_same(run, tmp_path / "undisturbed")
