"""Callbacks of a training run, one to a file."""

from trainer.training.callbacks.best_weights import BestWeights
from trainer.training.callbacks.checkpoint import Checkpoint
from trainer.training.callbacks.epoch_lines import EpochLines
from trainer.training.callbacks.history_file import HistoryFile
from trainer.training.callbacks.patience import Patience
from trainer.training.callbacks.progress_bar import ProgressBar
from trainer.training.callbacks.stop_after import StopAfter
from trainer.training.callbacks.stop_on_divergence import StopOnDivergence
from trainer.training.callbacks.validate import Validate

__all__ = [
    "BestWeights",
    "Checkpoint",
    "EpochLines",
    "HistoryFile",
    "Patience",
    "ProgressBar",
    "StopAfter",
    "StopOnDivergence",
    "Validate",
]
