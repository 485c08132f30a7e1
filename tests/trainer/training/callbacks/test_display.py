import io

import pytest
from rich.console import Console

from trainer.training.callbacks import EpochLines, ProgressBar
from trainer.training.callbacks.epoch_lines import epoch_line
from trainer.training.callbacks.time_left import TimeLeft

LOGS = {"val_ndcg@10": 0.25, "loss": 1.5, "val_loss": 2.0}


def test_a_line_has_the_losses_first() -> None:
    expected = "epoch 3/9  loss 1.5000  val_loss 2.0000  val_ndcg@10 0.2500"
    assert epoch_line(2, 9, LOGS) == expected


def test_lines_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    lines = EpochLines(2)
    lines.on_epoch_begin(0)
    lines.on_epoch_end(0, LOGS)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(epoch_line(0, 2, LOGS))


def test_a_bar_leaves_the_line_of_its_epoch() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100)
    bar = ProgressBar(epochs=2, steps=3, console=console)
    bar.on_epoch_begin(0)
    bar.on_train_batch_end(2, {"loss": 1.25})
    bar.on_epoch_end(0, LOGS)
    bar.stop()
    text = stream.getvalue()
    assert "epoch 1/2" in text
    assert "3/3" in text
    assert "loss 1.2500" in text
    assert text.rstrip().endswith(epoch_line(0, 2, LOGS))


def test_a_bar_shows_the_measure_of_the_epoch_before_and_the_time_left() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=140)
    bar = ProgressBar(epochs=3, steps=2, console=console)
    bar.on_epoch_begin(0)
    bar.on_epoch_end(0, {**LOGS, "val_hr@10": 0.5})
    bar.on_epoch_begin(1)
    bar.on_train_batch_end(0, {"loss": 1.25})
    bar.stop()
    last = stream.getvalue().rpartition("epoch 2/3")[2]
    assert "loss 1.2500  HR@10 0.5000  at most 1 s left" in last


def test_the_time_left_follows_from_the_speed_so_far() -> None:
    seconds = iter([100.0, 110.0, 120.0, 140.0])
    left = TimeLeft(10, done=4, clock=lambda: next(seconds))
    # It goes on behind four epochs: two took 10 s, then 20 s, then the last 20 s more.
    assert left.after(4) == ""
    assert left.after(6) == "at most 20 s left"
    assert left.after(8) == "at most 10 s left"
    assert left.after(10) == ""


def test_steps_of_an_earlier_call_tell_no_speed() -> None:
    seconds = iter([100.0, 101.0, 102.0, 112.0, 132.0])
    # The first epoch and half of the second were done; three quarters take 30 s.
    left = TimeLeft(4, done=1.5, clock=lambda: next(seconds))
    assert [left.after(share) for share in (1.0, 1.25, 1.5)] == ["", "", ""]
    assert left.after(1.75) == "at most 1 min 30 s left"
    assert left.after(2.25) == "at most 1 min 10 s left"


def test_lines_say_how_much_is_left_but_the_last(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = EpochLines(2)
    for epoch in range(2):
        lines.on_epoch_begin(epoch)
        lines.on_epoch_end(epoch, LOGS)
    first, last = capsys.readouterr().err.splitlines()
    assert first.endswith(" s  at most 1 s left")
    assert "left" not in last


def test_a_bar_can_be_stopped_in_the_middle() -> None:
    file = io.StringIO()
    bar = ProgressBar(2, 3, Console(file=file, force_terminal=True))
    bar.on_epoch_begin(0)
    bar.stop()
    shown = file.getvalue()
    bar.on_train_batch_end(0, {"loss": 1.0})
    assert file.getvalue() == shown
