"""A small training: its data set, and options under which it takes a second."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.support.data_sets import cyclic_windows, write_data_set
from trainer.config_files import read_config
from trainer.options import TrainOptions
from trainer.training.callbacks import HistoryFile

# A test that needs other settings than the notebook's says so.
SMALL = {
    **read_config("notebook"),
    "item_embedding": 8,
    "day_embedding": 2,
    "units": (16,),
    "batch_size": 32,
    "epochs": 4,
    "learning_rate": 0.02,
}


# An attribute of its 20 items.
CATEGORY = {"category": [f"kind {item % 3}" for item in range(20)]}


def write_cyclic_data(folder: Path, **more: Any) -> str:
    """Writes a set of 20 items, each followed by the next; returns its path.

    `more` is of `write_data_set`.
    """
    return write_data_set(
        folder,
        cyclic_windows(150, 20, 4, 0),
        cyclic_windows(30, 20, 4, 1),
        num_items=20,
        max_length=4,
        with_graph=True,
        **more,
    )


def small_options(data: str, output: Path, **changes: Any) -> TrainOptions:
    """Returns the options of a small training."""
    return TrainOptions(data=data, output=str(output), **{**SMALL, **changes})


def sigterm_after_an_epoch(patch: pytest.MonkeyPatch) -> None:
    """Lets this process get SIGTERM at the end of each epoch that is trained."""
    write_row = HistoryFile.on_epoch_end

    def send(self: Any, epoch: int, logs: Any = None) -> None:
        write_row(self, epoch, logs)
        os.kill(os.getpid(), signal.SIGTERM)

    patch.setattr(HistoryFile, "on_epoch_end", send)
