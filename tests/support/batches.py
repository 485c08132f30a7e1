"""Training batches of a data set by the number of their rows."""

from typing import Any

import tensorflow as tf

from trainer.batching.batch_plan import BatchPlan, plan_batches
from trainer.batching.batches import BatchSettings, training_batches
from trainer.batching.target_counts import count_targets
from trainer.batching.training_rows import MEMORY_LIMIT_BYTES, rows_in_memory
from trainer.data.data_set import DataSet


def plan(data_set: DataSet, batch_size: int, train_positions: Any = "all") -> BatchPlan:
    """Returns the plan of batches of about `batch_size` rows."""
    counts = count_targets(data_set, "none", train_positions)
    return plan_batches(counts, data_set.max_length, batch_size)


def batches(
    data_set: DataSet,
    batch_size: int,
    day_feature: str,
    memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
    **settings: Any,
) -> tf.data.Dataset:
    """Returns the training batches of a data set, streamed above the limit."""
    planned = plan(data_set, batch_size, settings.get("train_positions", "all"))
    chosen = BatchSettings(day_feature=day_feature, plan=planned, **settings)
    rows = rows_in_memory(data_set, "train", day_feature, memory_limit_bytes)
    return training_batches(data_set, "train", chosen, rows)
