"""The time of training until a validation figure is reached, for `epoch`."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras

from benchmarks.common.product_training import ProductTraining
from benchmarks.common.report import Table
from benchmarks.epoch import product_settings
from benchmarks.epoch_times import notebook_epoch
from benchmarks.notebook_keras import ItemLogits
from schemas.features import ITEM_ID, NB_DAYS, TARGET
from schemas.layout import EVAL, TRAIN
from trainer.data_set import open_data_set
from trainer.records import load_split
from trainer.validation import Validation

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
) -> tuple[Table, dict[str, Any]]:
    """Trains the notebook's model, and the product's until it is as good.

    Args:
      overlapping: the data set of the notebook's windows.
      apart: one of the same transitions whose windows do not overlap.
      units: of the LSTM layers.
      epochs: the most of both; the product's are of fewer windows.
      check_steps: steps between two looks.

    Returns:
      The table, and the looks as JSON.
    """
    data_set = open_data_set(str(overlapping))
    columns = load_split(data_set, TRAIN, [ITEM_ID, NB_DAYS, TARGET])
    validation = Validation(data_set, EVAL, "age")
    fit: Any = notebook_epoch(data_set, columns, units)
    items = ItemLogits(fit.func.__self__, data_set.max_length)
    notebook = Looks(lambda: validation(items), check_steps)
    fit(epochs=epochs, callbacks=[notebook])
    goals = {
        name: max(look.figures[name] for look in notebook.looks) for name in _FIGURES
    }
    training = ProductTraining(apart, product_settings(units, train_positions="once"))
    measure = Validation(training.data_set, EVAL, "age")
    product = Looks(lambda: measure(training.model), check_steps, goals)
    training.fit(epochs=epochs * 2, callbacks=[product])
    rows = [
        _row(name, goal, notebook.looks, product.looks) for name, goal in goals.items()
    ]
    table = Table(
        "To the same quality",
        [
            "figure (eval)",
            "the notebook's best",
            "its steps",
            "its seconds",
            "Seamstress, once: steps",
            "seconds",
            "times as fast",
        ],
        rows,
        (
            f"A look every {check_steps} steps, outside the clock, which starts behind "
            f"the first step. The notebook: its best look within {epochs} epochs; "
            "Seamstress: its first look that is as good. Both by the same measure: "
            "the whole catalogue without what the user had seen, `leave_one_out`.",
        ),
    )
    looks = {"notebook": notebook.looks, "product": product.looks}
    return table, {k: [asdict(look) for look in v] for k, v in looks.items()}


def _row(
    name: str, goal: float, notebook: list[Look], product: list[Look]
) -> list[str]:
    theirs = first_look(notebook, name, goal)
    assert theirs is not None, "the goal is the best of these"
    row = [name, f"{goal:.4f}", str(theirs.steps), f"{theirs.seconds:.1f}"]
    ours = first_look(product, name, goal)
    if ours is None:
        return [*row, "not reached", "not reached", "-"]
    ratio = theirs.seconds / ours.seconds if ours.seconds else float("inf")
    return [*row, str(ours.steps), f"{ours.seconds:.1f}", f"{ratio:.1f}"]
