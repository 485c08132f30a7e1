"""Callbacks of a training run, one to a file."""

from trainer.callbacks.best_weights import BestWeights
from trainer.callbacks.checkpoint import Checkpoint
from trainer.callbacks.epoch_lines import EpochLines
from trainer.callbacks.history_file import HistoryFile
from trainer.callbacks.progress_bar import ProgressBar
from trainer.callbacks.stop_after import StopAfter
from trainer.callbacks.stop_on_divergence import StopOnDivergence
from trainer.callbacks.validate import Validate

__all__ = [
    "BestWeights",
    "Checkpoint",
    "EpochLines",
    "HistoryFile",
    "ProgressBar",
    "StopAfter",
    "StopOnDivergence",
    "Validate",
]
