"""Histories out of a data set, to show what a model answers them."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np

from schemas import features, layout
from schemas.days import iso_date
from schemas.errors import UserError
from schemas.manifest import Manifest
from trainer.data.data_set import DataSet
from trainer.data.records import map_split
from trainer.serving.requests import Event, Request


def example_split(manifest: Manifest) -> tuple[str, ...]:
    """Returns the one split that examples are taken from; empty without records.

    Test, or eval where that holds nothing, or train where nothing is held out.
    """
    splits = (layout.TEST, layout.EVAL, layout.TRAIN)
    return tuple(name for name in splits if manifest.num_records(name))[:1]


def example_requests(data_set: DataSet, count: int) -> list[Request]:
    """Returns histories of users, those with the most inputs first.

    They come from `example_split`, one a user, and hold the known items of the inputs
    of a window; `as_of` is the day of its target. Of equally long ones the first in
    the order of the shards are taken. The split is read part by part and never held.

    Args:
      data_set: the data set.
      count: how many histories.

    Raises:
      UserError: the data set has no record.
    """
    names = (features.ITEM_ID, features.DAY, features.USER_ID)
    split = example_split(data_set.manifest)
    if not split:
        raise UserError(f"{data_set.path} holds no records to take examples from.")
    parts = map_split(data_set, split[0], names, partial(_longest, data_set, count))
    found = [request for part in parts for request in part]
    # The sort keeps the order of equals.
    found.sort(key=lambda request: -len(request.history))
    return _one_a_user(found, count)


def _longest(data_set: DataSet, count: int, columns: dict[str, Any]) -> list[Request]:
    """Returns the best `count` of some rows, as `example_requests` of all."""
    items, days = columns[features.ITEM_ID], columns[features.DAY]
    known = (items != features.PADDING_ID) & (items <= data_set.num_items)
    requests = (
        Request(
            history=tuple(
                Event(iso_date(int(days[row, place])), _text(data_set, item))
                for place, item in enumerate(items[row])
                if known[row, place]
            ),
            as_of=iso_date(int(days[row, -1])),
            user_id=columns[features.USER_ID][row].decode(),
        )
        for row in np.argsort(-known.sum(axis=1), kind="stable")
    )
    return _one_a_user(requests, count)


def _one_a_user(requests: Iterable[Request], count: int) -> list[Request]:
    """Returns the first request of each user, `count` of them."""
    first: dict[str | None, Request] = {}
    for request in requests:
        first.setdefault(request.user_id, request)
        if len(first) == count:
            break
    return list(first.values())


def _text(data_set: DataSet, item_id: int) -> str:
    return data_set.vocabulary[item_id - features.FIRST_ITEM_ID].decode()
