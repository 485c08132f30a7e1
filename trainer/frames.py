"""A data set as pandas DataFrames, with raw ids and dates in place of numbers.

    from trainer.frames import read_events, read_items, read_windows

    windows = read_windows("data", "test")
    windows.explode(["items", "dates"])

They are for looking at data, in a notebook or a test: everything is in memory at once.
A million windows of up to five inputs take 0.2 GB, and 0.7 GB while they are read.
Training reads records in other ways (`trainer.batching.batches`).

Each function takes the folder that `python -m pipeline --output` wrote, a remote one
too, of which a copy is here for as long as it is read. What cannot be read ends in a
`schemas.errors.UserError`: there is no complete data set, the storage refuses, a file
is damaged, or the data set's settings leave no such split.

Text is pandas' `str`, NaN where a value is missing; dates are `datetime64[s]`. Lists
are Arrow's, `pandas.ArrowDtype` of `list<...>`: pandas hands them out as Python lists,
`explode` takes them apart, `.list.len()` counts. Frames with them are written by
`to_parquet`, and read by `pandas.read_parquet(path, dtype_backend="pyarrow")`.
"""

import contextlib
import os
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from schemas import features, layout
from schemas.errors import UserError
from schemas.manifest import Manifest
from trainer.array_types import Ints
from trainer.data.window_events import FEATURES, window_events
from trainer.quiet import load_tensorflow

if TYPE_CHECKING:
    from trainer.data.data_set import DataSet

    Source = str | os.PathLike[str] | DataSet

# With offsets of 64 bits: the text of all windows may be more than 2 GB.
_TEXT = pa.large_string()


def read_windows(data: "Source", split: str = layout.TRAIN) -> pd.DataFrame:
    """Returns the windows of a split, one a row, in the order of the records.

    The windows of a user stand together, from the earliest on.

    Args:
      data: the data set.
      split: `train`, `eval` or `test`.

    Returns:
      A DataFrame with the columns

      - `user_id`: str, the raw id.
      - `start`: int64, the index in the user's history of the first input.
      - `items`: lists of text, the raw ids of the 1 ... W inputs, oldest first, without
        padding; None in place of an item outside the vocabulary.
      - `dates`: lists of timestamps, the dates of the inputs.
      - `age_buckets`, `gap_buckets`: lists of int32, the buckets, from 1 on, of the
        age of each input and of the days from it to the next event.
      - `target`: str, the raw id of the item behind the last input; NaN where it is
        outside the vocabulary.
      - `target_date`: datetime64[s], its date.
      - `num_seen`: int64, in `eval` and `test` alone: the distinct items that the user
        had before the target, unknown ones counted as one.

    Raises:
      UserError: the split cannot be read.
      ValueError: `split` is no name of a split.
    """
    names = [*FEATURES, features.NB_DAYS, features.GAP_DAYS]
    if split != layout.TRAIN:
        names.append(features.SEEN)
    with _opened(data, split) as data_set:
        columns, users = _load(data_set, split, names)
        items = _items(data_set)

    real = columns[features.ITEM_ID] != features.PADDING_ID  # [R, W]
    lengths = np.count_nonzero(real, axis=1)  # [R]

    def lists(values: pa.Array) -> pd.arrays.ArrowExtensionArray:
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        of_windows = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values)
        return pd.arrays.ArrowExtensionArray(of_windows)

    day = columns[features.DAY]  # [R, W + 1]
    frame = {
        "user_id": _text(users),
        "start": columns[features.START].astype(np.int64),
        "items": lists(_raw_ids(items, columns[features.ITEM_ID][real])),
        "dates": lists(pa.array(_dates(day[:, :-1][real]))),
        "age_buckets": lists(pa.array(columns[features.NB_DAYS][real])),
        "gap_buckets": lists(pa.array(columns[features.GAP_DAYS][real])),
        "target": _text(_raw_ids(items, columns[features.TARGET][:, -1])),
        "target_date": _dates(day[:, -1]),
    }
    if split != layout.TRAIN:
        frame["num_seen"] = np.diff(columns[features.SEEN].row_splits)
    return pd.DataFrame(frame)


def read_events(data: "Source", split: str = layout.TRAIN) -> pd.DataFrame:
    """Returns the events that windows of a split hold, each once, one a row.

    An event is there as an input or as a target, in however many windows. Under the
    default settings the events of `train` are the rows of the log before the first
    eval day of all users with `min_items` such rows.

    Args:
      data: the data set.
      split: `train`, `eval` or `test`.

    Returns:
      A DataFrame by user, in the order of their ids' bytes, and place, with the columns

      - `user_id`: str, the raw id.
      - `place`: int64, the index in the user's history, from 0.
      - `item_id`: str, the raw id; NaN where it is outside the vocabulary.
      - `date`: datetime64[s].

    Raises:
      UserError: the split cannot be read.
      ValueError: `split` is no name of a split.
    """
    with _opened(data, split) as data_set:
        columns, users = _load(data_set, split, FEATURES)
        items = _items(data_set)
    events = window_events(columns)
    return pd.DataFrame(
        {
            "user_id": _text(users.take(pa.array(events.window))),
            "place": events.place.astype(np.int64),
            "item_id": _text(_raw_ids(items, events.item_id)),
            "date": _dates(events.day),
        }
    )


def read_items(data: "Source") -> pd.DataFrame:
    """Returns the items of the vocabulary, one a row, the most frequent first.

    Args:
      data: the data set.

    Returns:
      A DataFrame with the columns

      - `item_id`: str, the raw id.
      - `id`: int64, 1 ... N, what stands for the item in records and models.
      - `events`: int64, the training events of the item.
      - each field of `--item_fields`: str, the item's value; NaN where it has none. A
        field called as one of the above is left out.

    Raises:
      UserError: the data set cannot be read.
    """
    with _opened(data, layout.TRAIN) as data_set:
        from trainer.data.training_events import load_training_events

        items = _items(data_set)
        counts = load_training_events(data_set).item_counts()
        table = data_set.item_table
    frame = {
        "item_id": _text(items),
        "id": np.arange(len(items)) + features.FIRST_ITEM_ID,
        "events": counts,
    }
    attributes = {} if table is None else table.of(items.to_pylist()).fields
    for name, values in attributes.items():
        frame.setdefault(name, pd.Series(values, dtype="str"))
    return pd.DataFrame(frame)


@contextlib.contextmanager
def _opened(data: "Source", split: str) -> Iterator["DataSet"]:
    """Yields the data set, checked to have the split; a remote one is copied here."""
    if split not in layout.SPLIT_FOLDERS:
        raise ValueError(
            f"`split` must be one of {layout.SPLIT_FOLDERS}, got {split!r}."
        )
    # First, since its start-up notes are nothing to see in a notebook.
    load_tensorflow()
    from trainer.data.data_copy import local_data_set
    from trainer.data.data_set import DataSet, open_data_set

    with contextlib.ExitStack() as stand_ins:
        if not isinstance(data, DataSet):
            path = os.fspath(data)
            stand_ins.enter_context(local_data_set(path, _only(split)))
            data = open_data_set(path)
        settings = data.manifest.split
        splits = (layout.TRAIN, *settings.held_out)
        if split not in splits:
            raise UserError(
                f"{data.path} was made with --split {settings.name}, which has no "
                f"{split} split; read {' or '.join(splits)}."
            )
        yield data


def _only(split: str) -> Callable[[Manifest], Collection[str]]:
    return lambda manifest: (split,)


def _load(
    data_set: "DataSet", split: str, names: Collection[str]
) -> tuple[dict[str, Any], pa.Array]:
    """Returns the features of a split's windows, and the raw ids of their users."""
    from trainer.data.records import load_split

    columns = load_split(data_set, split, names)
    try:
        users = pa.array(columns[features.USER_ID], pa.large_binary()).cast(_TEXT)
    except pa.ArrowInvalid as error:
        raise UserError(
            f"the {split} split of {data_set.path} has a `{features.USER_ID}` that is "
            "no text in UTF-8; write the data set again with `python -m pipeline "
            "--overwrite`."
        ) from error
    return columns, users


def _items(data_set: "DataSet") -> pa.Array:
    """Returns the raw ids of the N items, that of id `j` at `j - 1`."""
    return pa.array(data_set.vocabulary, pa.large_binary()).cast(_TEXT)


def _raw_ids(items: pa.Array, item_id: Ints) -> pa.Array:
    """Returns the raw ids of ids, null where the item is unknown."""
    known = (item_id >= features.FIRST_ITEM_ID) & (item_id <= len(items))
    return items.take(pa.array(item_id - features.FIRST_ITEM_ID, mask=~known))


def _text(values: pa.Array) -> pd.Series:
    return pd.Series(pd.arrays.ArrowExtensionArray(values)).astype("str")


def _dates(days: Ints) -> NDArray[np.datetime64]:
    """Returns days since 1970-01-01 as `datetime64[s]`: pandas has no unit of a day."""
    return days.astype("datetime64[D]").astype("datetime64[s]")
