"""SIGTERM behind the last step of a run: it is finished, and no other begins."""

from tests.support.searches import BASE, write
from tests.support.training import sigterm_after_an_epoch, write_cyclic_data
from trainer.__main__ import main
from trainer.run_files import METRICS
from trainer.training.preemption import PREEMPTED


def test_the_same_command_goes_on_with_the_next_run(tmp_path, monkeypatch, capsys):
    config = write(tmp_path / "small.json", {**BASE, "units": [8], "epochs": 1})
    data, output = write_cyclic_data(tmp_path / "data"), tmp_path / "out"
    flags = [f"--data={data}", f"--output={output}", f"--configs={config}"]
    flags += ["--seeds=0,1", "--baselines=none"]
    with monkeypatch.context() as patch:
        sigterm_after_an_epoch(patch)
        assert main(["compare", *flags]) == PREEMPTED
    error = capsys.readouterr().err
    assert "small-seed0; run the same command again to go on" in error
    assert (output / "runs" / "small-seed0" / METRICS).exists()
    assert not (output / "runs" / "small-seed1").exists()
    assert main(["compare", *flags]) == 0
    assert "small-seed1 (1 of 1)" in capsys.readouterr().err
