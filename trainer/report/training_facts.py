"""How a training went, read back from the files of its run."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import UserError
from trainer import run_files, runs
from trainer.options import TrainOptions
from trainer.storage.stand_ins import local, name_of
from trainer.training.optimizers import learning_rate_of


@dataclass(frozen=True)
class TrainingFacts:
    """The figures of a training.

    Attributes:
      epochs: the numbers of the epochs, from 1.
      curves: figures of each epoch by name, such as `val_ndcg@10`.
      learning_rate: at the end of each epoch.
      metrics: the content of `metrics.json`.
      options: how it was trained.
    """

    epochs: list[int]
    curves: dict[str, list[float]]
    learning_rate: list[float]
    metrics: Mapping[str, Any]
    options: TrainOptions

    @property
    def steps_left_out(self) -> int:
        """Those of the last planned epoch that were not to be trained, as under TFX."""
        if "num_steps" not in self.metrics or "steps_per_epoch" not in self.metrics:
            return 0
        steps = self.options.epochs * int(self.metrics["steps_per_epoch"])
        return steps - int(self.metrics["num_steps"])

    @property
    def losses(self) -> dict[str, list[float]]:
        """The curves of the loss, that of the training first."""
        names = [name for name in ("loss", "val_loss") if name in self.curves]
        return {name: self.curves[name] for name in names}

    @property
    def measures(self) -> dict[str, list[float]]:
        """The curves of what validation measured, the loss left out."""
        return {
            name: values
            for name, values in self.curves.items()
            if name.startswith("val_") and name != "val_loss"
        }


def training_facts(run: str, options: TrainOptions) -> TrainingFacts:
    """Reads the files of a finished run.

    Raises:
      UserError: one of them is missing or damaged.
    """
    path = Path(local(run), run_files.HISTORY)
    try:
        with open(path, newline="") as file:
            rows = [
                {name: float(value) for name, value in row.items()}
                for row in csv.DictReader(file)
            ]
        epochs = [int(row.pop("epoch")) for row in rows]
        curves = {name: [row[name] for row in rows] for name in rows[0]}
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise UserError(
            f"{name_of(path)} is missing or damaged; train the run again with "
            "--overwrite."
        ) from error
    metrics = runs.read_metrics(run)
    # Runs from before say neither: theirs were whole epochs, which are all equal.
    steps = metrics.get("num_steps", options.epochs), metrics.get("steps_per_epoch", 1)
    return TrainingFacts(
        epochs,
        curves,
        [learning_rate_of(options, epoch, *steps) for epoch in epochs],
        metrics,
        options,
    )
