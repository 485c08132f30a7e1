"""SIGTERM while a trial trains: the search ends in order, and its trial goes on."""

from pathlib import Path

from tests.support.searches import tune, write_search
from tests.support.training import sigterm_after_an_epoch
from trainer.run_files import HISTORY, STAGED, STATE
from trainer.training.preemption import PREEMPTED


def test_sigterm_ends_the_search_and_the_same_command_goes_on(
    tmp_path, monkeypatch, capsys
):
    flags, output = [*write_search(tmp_path), "--trials", 1], tmp_path / "search"
    with monkeypatch.context() as patch:
        sigterm_after_an_epoch(patch)
        assert tune(*flags, "--output", output) == PREEMPTED
    error = capsys.readouterr().err
    assert "run the same command again to go on" in error
    assert "failed" not in error
    trial = output / "trials" / "001"
    assert (trial / STAGED / STATE).exists()
    assert not (output / "trials.json").exists()

    assert tune(*flags, "--output", output) == 0
    assert "going on after 1 epochs and 0 steps" in capsys.readouterr().err
    assert tune(*flags, "--output", tmp_path / "undisturbed", "--quiet") == 0
    undisturbed = Path(tmp_path, "undisturbed", "trials", "001")
    assert (trial / HISTORY).read_bytes() == (undisturbed / HISTORY).read_bytes()


def test_behind_the_last_step_of_a_trial_no_other_begins(tmp_path, monkeypatch, capsys):
    flags = [*write_search(tmp_path), "--epochs", 1, "--trials", 2]
    flags += ["--output", tmp_path / "search"]
    for trials in (1, 2):
        with monkeypatch.context() as patch:
            sigterm_after_an_epoch(patch)
            assert tune(*flags) == PREEMPTED
        sentence = f"stopped by SIGTERM after {trials} trials; run the same command"
        assert sentence in capsys.readouterr().err
    assert tune(*flags) == 0
    assert "tried     2 trials\n" in capsys.readouterr().out
