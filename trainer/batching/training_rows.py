"""The columns that training reads, and the rows of a split that fits in memory."""

import logging

import numpy as np
from numpy.typing import NDArray

from schemas.features import ITEM_ID, START, TARGET
from trainer.data.data_set import DAY_COLUMNS, DataSet
from trainer.data.records import load_split
from trainer.models.base import DAYS

# Parsed training columns up to this size are kept in memory.
MEMORY_LIMIT_BYTES = 2 << 30

Rows = dict[str, NDArray[np.int32]]

_logger = logging.getLogger(__name__)


def training_columns(day_feature: str) -> dict[str, str]:
    """Returns the features that training reads, by the names batches have for them.

    Args:
      day_feature: a key of `DAY_COLUMNS`.
    """
    columns = {ITEM_ID: ITEM_ID, TARGET: TARGET, START: START}
    days = DAY_COLUMNS[day_feature]
    return columns if days is None else {**columns, DAYS: days}


def rows_in_memory(
    data_set: DataSet,
    split: str,
    day_feature: str,
    limit_bytes: int = MEMORY_LIMIT_BYTES,
) -> Rows | None:
    """Reads a split into memory, once for all that training does with it.

    Args:
      data_set: the data set.
      split: the split to learn from.
      day_feature: a key of `DAY_COLUMNS`.
      limit_bytes: the most that the parsed columns may take.

    Returns:
      By the names of `training_columns`, int32 [`num_records`, W] or [`num_records`];
      None where they would take more.

    Raises:
      UserError: a shard is damaged.
    """
    columns = training_columns(day_feature)
    size = data_set.num_records(split) * data_set.max_length * len(columns) * 4
    if size > limit_bytes:
        _logger.info("%s is streamed: it takes %d MB", split, size >> 20)
        return None
    loaded = load_split(data_set, split, columns.values())
    return {name: loaded[column] for name, column in columns.items()}
