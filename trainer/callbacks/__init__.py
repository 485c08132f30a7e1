"""Callbacks of a training run, one to a file."""

from trainer.callbacks.epoch_lines import EpochLines
from trainer.callbacks.history_file import HistoryFile
from trainer.callbacks.progress_bar import ProgressBar
from trainer.callbacks.publish import Publish
from trainer.callbacks.stop_after import StopAfter
from trainer.callbacks.stop_on_nan import StopOnNan
from trainer.callbacks.validate import Validate

__all__ = [
    "EpochLines",
    "HistoryFile",
    "ProgressBar",
    "Publish",
    "StopAfter",
    "StopOnNan",
    "Validate",
]
