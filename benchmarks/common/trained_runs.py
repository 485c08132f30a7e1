"""A run to measure the speed of, trained by `python -m trainer train`."""

import math
from pathlib import Path
from typing import Any

from benchmarks.common.programs import run_module
from trainer.run_files import METRICS

FOLDER = "runs"


def train_run(data: Path, config: str, output: Path, epochs: int = 1) -> Path:
    """Trains a run, unless this output has it.

    Args:
      data: the data set.
      config: a ready name or a file.
      output: the output of the subject.
      epochs: the most; speed does not depend on how good a model is.

    Returns:
      The folder of the run.

    Raises:
      UserError: the trainer failed.
    """
    run = output / FOLDER / f"{data.name}-{Path(config).stem}-{epochs}"
    if not (run / METRICS).exists():
        run_module(
            "trainer",
            "train",
            f"--data={data}",
            f"--output={run}",
            f"--config={config}",
            f"--epochs={epochs}",
            "--overwrite",
            "--quiet",
        )
    return run


def multiply_adds(model: Any) -> int:
    """Returns the multiply-adds of one event in a model's layers, logits apart.

    A matrix of weights takes part once an event, whatever the layer: dense, recurrent
    or attention. Products of states with each other are left out, so that it is a lower
    bound.

    Args:
      model: a `NextItemModel`.
    """
    tables = {
        id(table)
        for layer in (model.item_embedding, model.day_embedding, model.scores)
        if layer is not None
        for table in layer.weights
    }
    return sum(
        math.prod(weight.shape)
        for weight in model.trainable_weights
        if len(weight.shape) > 1
        and id(weight) not in tables
        and "position_embedding" not in weight.path
    )


def logit_multiply_adds(model: Any) -> int:
    """Returns the multiply-adds of all logits of one history."""
    config = model.config
    dim = config.item_embedding if config.tie_embeddings else model.state_size
    return int(config.num_items * dim)
