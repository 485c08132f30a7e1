"""Batches of a held-out split, for a model to score."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.features import DAY, ITEM_ID, NB_DAYS, PADDING_ID
from trainer.batching.widths import window_widths
from trainer.data.data_set import DATE, DAY_COLUMNS, DataSet
from trainer.data.date_buckets import DateBuckets
from trainer.data.records import load_split
from trainer.models.base import DAYS


def load_inputs(
    data_set: DataSet, split: str, day_feature: str, others: Iterable[str]
) -> dict[str, Any]:
    """Reads what a model needs to score a held-out split.

    Args:
      data_set: the data set.
      split: the split.
      day_feature: a key of `DAY_COLUMNS`.
      others: names of further features to read.

    Returns:
      As `load_split`: the item ids, what `DAY_COLUMNS` names, and the others.

    Raises:
      UserError: a shard or the transform graph is damaged.
    """
    features = {ITEM_ID, *others}
    days = DAY_COLUMNS[day_feature]
    if day_feature == DATE:
        columns = load_split(data_set, split, features | {DAY})
        dated = DateBuckets.load(data_set)(columns[ITEM_ID], columns.pop(DAY))
        return {**columns, NB_DAYS: dated}
    return load_split(data_set, split, features | ({days} if days else set()))


def needed_columns(item_id: NDArray[Any]) -> slice:
    """Returns the last columns, one of `window_widths` of them, that hold all events.

    Args:
      item_id: ints [B, W], left-padded.
    """
    max_length = item_id.shape[1]
    widths = np.array(window_widths(max_length))
    longest = np.count_nonzero(item_id != PADDING_ID, axis=1).max(initial=0)
    width = widths[np.searchsorted(widths, longest)]
    return slice(max_length - int(width), max_length)


def scoring_batches(
    columns: dict[str, Any], day_feature: str, batch_size: int
) -> Iterator[tuple[slice, dict[str, NDArray[np.int32]]]]:
    """Yields the rows of a loaded split in order, as inputs of a model.

    Args:
      columns: what `load_inputs` returned.
      day_feature: a key of `DAY_COLUMNS`.
      batch_size: rows at a time; the last batch is filled up with padding to it, so
        that a compiled model sees few shapes.

    Yields:
      The rows in the split (fewer than `batch_size` at the end), and the model's input
      {`item_id`, `days`}, int32 [`batch_size`, `steps`], `steps` being one of
      `window_widths` that holds every row.
    """
    names = {ITEM_ID: ITEM_ID, DAYS: DAY_COLUMNS[day_feature]}
    num_rows = len(columns[ITEM_ID])
    for start in range(0, num_rows, batch_size):
        rows = slice(start, min(start + batch_size, num_rows))
        missing = batch_size - (rows.stop - rows.start)
        needed = needed_columns(columns[ITEM_ID][rows])
        yield (
            rows,
            {
                name: np.pad(columns[column][rows, needed], ((0, missing), (0, 0)))
                for name, column in names.items()
                if column is not None
            },
        )
