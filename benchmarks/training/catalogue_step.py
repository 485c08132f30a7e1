"""Times training steps at one size of the catalogue, and prints them as JSON.

python -m benchmarks.training.catalogue_step ITEMS LOSS DIM TARGETS STEPS
"""

import json
import statistics
import sys
import time
from typing import Any

import numpy as np
import tensorflow as tf

from schemas.features import ITEM_ID
from trainer.batching.draws import with_negatives
from trainer.devices import set_up_devices
from trainer.models import ModelConfig
from trainer.models.base import POSITIONS
from trainer.options import TrainOptions
from trainer.training.compiled_model import compiled_model

MAX_LENGTH = 5
_WARM_UP = 2


def main(items: int, loss: Any, dim: int, targets: int, steps: int) -> dict[str, float]:
    """Returns `seconds` (the median) and `cpu_seconds` (the mean) of a step.

    Args:
      items: N.
      loss: as the trainer's.
      dim: of an item's vector.
      targets: windows of a step, each with one target.
      steps: how many to time.
    """
    options = TrainOptions(
        data="-",
        output="-",
        loss=loss,
        item_embedding=dim,
        units=(dim,),
        batch_size=targets,
    )
    config = ModelConfig(
        model=options.model,
        num_items=items,
        max_length=MAX_LENGTH,
        item_embedding=dim,
        units=options.units,
        dropout=options.dropout,
        tie_embeddings=options.tie_embeddings,
    )
    model = compiled_model(config, options, set_up_devices(), _WARM_UP + steps)
    seconds, cpu_seconds = [], []
    for batch in batches(options, items, targets, _WARM_UP + steps):
        started, cpu_started = time.perf_counter(), time.process_time()
        x, y, weights = batch()
        model.train_on_batch(x, y, weights)
        seconds.append(time.perf_counter() - started)
        cpu_seconds.append(time.process_time() - cpu_started)
    return {
        "seconds": statistics.median(seconds[_WARM_UP:]),
        "cpu_seconds": statistics.fmean(cpu_seconds[_WARM_UP:]),
    }


def batches(options: TrainOptions, items: int, targets: int, number: int) -> Any:
    """Yields functions that make a batch, negatives included."""
    generator = np.random.default_rng(options.seed)
    ids = generator.integers(1, items + 1, (targets, MAX_LENGTH), dtype=np.int32)
    x = {
        ITEM_ID: ids,
        POSITIONS: np.arange(1, targets + 1, dtype=np.int32) * MAX_LENGTH - 1,
    }
    y = generator.integers(0, items, targets, dtype=np.int32)
    elements = tf.data.Dataset.from_tensors((x, y, np.ones(targets, np.float32)))
    elements = elements.repeat(number)
    if options.loss == "sampled":
        elements = with_negatives(elements, items, options.num_negatives, options.seed)
    iterator = iter(elements)
    for _ in range(number):
        yield lambda: next(iterator)


if __name__ == "__main__":
    size, name, *others = sys.argv[1:]
    print(json.dumps(main(int(size), name, *map(int, others))))
