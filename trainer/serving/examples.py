"""Histories out of a data set, to show what a model answers them."""

from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from schemas import features, layout
from schemas.days import iso_date
from schemas.errors import UserError
from schemas.manifest import Manifest
from trainer.array_types import Ints
from trainer.data.data_set import DataSet
from trainer.data.records import map_split
from trainer.serving.requests import Event, Request

_NAMES = (
    features.ITEM_ID,
    features.DAY,
    features.USER_ID,
    features.START,
    features.SEEN,
)


def example_split(manifest: Manifest) -> tuple[str, ...]:
    """Returns the one split that examples are taken from; empty without records.

    Test, or eval where that holds nothing, or train where nothing is held out.
    """
    splits = (layout.TEST, layout.EVAL, layout.TRAIN)
    return tuple(name for name in splits if manifest.num_records(name))[:1]


def example_requests(data_set: DataSet, count: int) -> list[Request]:
    """Returns the users with the longest histories, the longest first.

    They come from `example_split`, one request a user. A history is as long as the
    user had events before the target, however many the window holds; of equally long
    ones the first in the order of the shards are taken, and those without a known item
    in the window come last. A request holds the known items of the window, as `seen`
    the known ones that the user had before them, where the record tells, and as
    `as_of` the day of the target. The split is read part by part and never held.

    Args:
      data_set: the data set.
      count: how many users.

    Raises:
      UserError: the data set has no record.
    """
    split = example_split(data_set.manifest)
    if not split:
        raise UserError(f"{data_set.path} holds no records to take examples from.")
    # Training records do not tell what was seen.
    of = data_set.manifest.features
    names = [name for name in _NAMES if split[0] in of[name].splits]
    parts = map_split(data_set, split[0], names, partial(_longest, data_set, count))
    found = [one for part in parts for one in part]
    # The sort keeps the order of equals.
    found.sort(key=lambda one: one.order)
    return [one.request for one in _one_a_user(found, count)]


class _Found(NamedTuple):
    """A request and what it is ordered by, ascending."""

    order: tuple[bool, int]
    request: Request


def _longest(data_set: DataSet, count: int, columns: dict[str, Any]) -> list[_Found]:
    """Returns the best `count` of some rows, as `example_requests` of all."""
    items = columns[features.ITEM_ID]
    known = _is_known(items, data_set.num_items)  # [R, W]
    is_empty = np.logical_not(known.any(axis=1))
    length = columns[features.START] + np.count_nonzero(
        items != features.PADDING_ID, axis=1
    )
    found = (
        _Found(
            (bool(is_empty[row]), -int(length[row])),
            _request(data_set, columns, row, known[row]),
        )
        for row in np.lexsort((-length, is_empty))
    )
    return _one_a_user(found, count)


def _request(
    data_set: DataSet,
    columns: dict[str, Any],
    row: int,
    known: npt.NDArray[np.bool_],
) -> Request:
    """Returns the request of a row, of whose inputs some are `known`, bool [W]."""
    items = columns[features.ITEM_ID][row][known]
    days = columns[features.DAY][row]
    seen = np.zeros(0, np.int32)
    if features.SEEN in columns:
        seen = columns[features.SEEN].dense(row, row + 1)[0]
    seen = seen[_is_known(seen, data_set.num_items) & ~np.isin(seen, items)]
    return Request(
        history=tuple(
            Event(iso_date(int(day)), _text(data_set, item))
            for day, item in zip(days[:-1][known], items, strict=True)
        ),
        as_of=iso_date(int(days[-1])),
        user_id=columns[features.USER_ID][row].decode(),
        seen=tuple(_text(data_set, item) for item in seen.tolist()),
    )


def _one_a_user(found: Iterable[_Found], count: int) -> list[_Found]:
    """Returns the first of each user, `count` of them."""
    first: dict[str | None, _Found] = {}
    for one in found:
        first.setdefault(one.request.user_id, one)
        if len(first) == count:
            break
    return list(first.values())


def _is_known(item_id: Ints, num_items: int) -> npt.NDArray[np.bool_]:
    return (item_id >= features.FIRST_ITEM_ID) & (item_id <= num_items)


def _text(data_set: DataSet, item_id: int) -> str:
    return data_set.vocabulary[item_id - features.FIRST_ITEM_ID].decode()
