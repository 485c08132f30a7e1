"""The time of training until a validation figure is reached, for `epoch`."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from benchmarks.common.product_training import ProductTraining
from benchmarks.common.report import Table
from benchmarks.training.epoch import product_settings
from benchmarks.training.epoch_times import notebook_epoch
from benchmarks.training.notebook_keras import ItemLogits
from schemas.features import ITEM_ID, NB_DAYS, TARGET
from schemas.layout import EVAL, TRAIN
from trainer.batching.target_counts import count_targets
from trainer.config_files import read_config
from trainer.data.data_set import DataSet, open_data_set
from trainer.data.records import load_split
from trainer.training.validation import Validation

_FIGURES = ("hr@10", "ndcg@10")


@dataclass(frozen=True)
class Look:
    """A look at the eval split during training.

    Attributes:
      steps: trained before.
      seconds: of training before it, from the end of the first step on.
      figures: of `Validation`.
    """

    steps: int
    seconds: float
    figures: dict[str, float]


class Looks(keras.callbacks.Callback):
    """Measures a model on the eval split every few steps, with the clock stopped.

    The clock starts at the end of the first step, which is traced.

    Args:
      measure: returns the figures.
      every: steps between two looks.
      goals: figures at which training ends, when each has been reached at some look.
      clock: tells the seconds.
    """

    def __init__(
        self,
        measure: Callable[[], dict[str, float]],
        every: int,
        goals: dict[str, float] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        super().__init__()
        self.looks: list[Look] = []
        self._measure, self._every, self._clock = measure, every, clock
        self._goals = goals
        self._steps, self._seconds = 0, 0.0
        self._since: float | None = None

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Looks, where it is time to."""
        self._steps += 1
        now = self._clock()
        if self._since is None:
            self._since = now
        if self._steps % self._every:
            return
        self._seconds += now - self._since
        self.looks.append(Look(self._steps, self._seconds, self._measure()))
        if self._goals is not None and all(
            first_look(self.looks, name, goal) for name, goal in self._goals.items()
        ):
            self.model.stop_training = True
        self._since = self._clock()


def first_look(looks: list[Look], name: str, goal: float) -> Look | None:
    """Returns the first look at which a figure is at least the goal."""
    return next((look for look in looks if look.figures[name] >= goal), None)


def quality_table(
    overlapping: Path,
    apart: Path,
    units: tuple[int, ...],
    epochs: int,
    check_steps: int,
    reviews: str,
) -> tuple[Table, dict[str, Any]]:
    """Trains the notebook's model, and the product's until they are as good.

    Args:
      overlapping: the data set of the notebook's windows.
      apart: one of the same transitions whose windows do not overlap.
      units: of the LSTM layers.
      epochs: the most of every training.
      check_steps: steps between two looks.
      reviews: what tables call these reviews.

    Returns:
      The table, and the looks as JSON.
    """
    data_set = open_data_set(str(overlapping))
    validation = Validation(data_set, EVAL, "age")
    columns = load_split(data_set, TRAIN, [ITEM_ID, NB_DAYS, TARGET])
    fit: Any = notebook_epoch(data_set, columns, units)
    items = ItemLogits(fit.func.__self__, data_set.max_length)
    notebook = Looks(lambda: validation(items), check_steps)
    fit(epochs=epochs, callbacks=[notebook])
    goals = {
        name: max(look.figures[name] for look in notebook.looks) for name in _FIGURES
    }
    looks = {"the notebook": notebook.looks}
    for name, settings in _ways(units).items():
        looks[name] = _product_looks(apart, settings, epochs, check_steps, goals)
    popular = validation(_popularity(data_set))
    table = Table(
        f"To the same quality, {reviews}",
        [
            "way",
            *(
                f"{figure}: {column}"
                for figure in _FIGURES
                for column in ("steps", "seconds", "times as fast")
            ),
        ],
        [
            [name, *_cells(found, notebook.looks, goals)]
            for name, found in looks.items()
        ],
        (
            "The goal: the notebook's best looks within "
            f"{epochs} epochs, {_text(goals)}. Popularity alone: {_text(popular)}. "
            "The product starts from popularity, and the notebook from nothing.",
            f"A look every {check_steps} steps, outside the clock, which starts behind "
            "the first step; what counts is the first one that is as good. Measured "
            "alike: the eval split of `leave_one_out`, the whole catalogue without "
            "what the user had seen.",
        ),
    )
    figures = {k: [asdict(look) for look in v] for k, v in looks.items()}
    return table, {"goals": goals, "popularity": popular, "looks": figures}


def _ways(units: tuple[int, ...]) -> dict[str, dict[str, Any]]:
    """Returns the settings of the product's trainings, by name."""
    once = product_settings(units, train_positions="once")
    return {
        "Seamstress, `notebook`, once": once,
        "the same, learning rate 0.001": {**once, "learning_rate": 0.001},
        "Seamstress, `quick`": read_config("quick"),
    }


def _product_looks(
    data: Path,
    settings: dict[str, Any],
    epochs: int,
    check_steps: int,
    goals: dict[str, float],
) -> list[Look]:
    training = ProductTraining(data, settings)
    validation = Validation(training.data_set, EVAL, training.options.day_feature)
    looks = Looks(lambda: validation(training.model), check_steps, goals)
    training.fit(epochs=epochs, callbacks=[looks])
    return looks.looks


def _popularity(data_set: DataSet) -> Callable[..., Any]:
    """Returns what `Validation` asks of a model: the same logits for every row."""
    counts = np.log1p(count_targets(data_set, "none").items).astype(np.float32)

    def logits(inputs: dict[str, Any], training: bool = False) -> Any:
        rows = tf.shape(inputs[ITEM_ID])[0]
        return tf.ensure_shape(
            tf.tile(counts[np.newaxis], [rows, 1]), [None, *counts.shape]
        )

    return logits


def _cells(
    looks: list[Look], notebook: list[Look], goals: dict[str, float]
) -> list[str]:
    cells: list[str] = []
    for name, goal in goals.items():
        found, theirs = (first_look(each, name, goal) for each in (looks, notebook))
        if found is None or theirs is None:
            cells += ["not reached", "-", "-"]
            continue
        ratio = f"{theirs.seconds / found.seconds:.1f}" if found.seconds else "-"
        cells += [str(found.steps), f"{found.seconds:.1f}", ratio]
    return cells


def _text(figures: dict[str, float]) -> str:
    return ", ".join(f"{name} {figures[name]:.4f}" for name in _FIGURES)
