import io

import pytest
from rich.console import Console

from trainer.callbacks import EpochLines, ProgressBar
from trainer.callbacks.epoch_lines import epoch_line

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


def test_a_bar_can_be_stopped_in_the_middle() -> None:
    file = io.StringIO()
    bar = ProgressBar(2, 3, Console(file=file, force_terminal=True))
    bar.on_epoch_begin(0)
    bar.stop()
    shown = file.getvalue()
    bar.on_train_batch_end(0, {"loss": 1.0})
    assert file.getvalue() == shown
