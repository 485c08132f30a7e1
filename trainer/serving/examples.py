"""Histories out of a data set, to show what a model answers them."""

import datetime

import numpy as np

from schemas import features, layout
from schemas.errors import UserError
from schemas.manifest import Manifest
from trainer.data.data_set import DataSet
from trainer.data.records import load_split
from trainer.serving.requests import Event, Request

_EPOCH = datetime.date(1970, 1, 1)


def example_split(manifest: Manifest) -> tuple[str, ...]:
    """Returns the one split that examples are taken from; empty without records."""
    splits = (layout.TEST, layout.EVAL, layout.TRAIN)
    return tuple(name for name in splits if manifest.num_records(name))[:1]


def example_requests(data_set: DataSet, count: int) -> list[Request]:
    """Returns histories of users, those with the most inputs first.

    They come from the test split, or from eval or train where there is none, one a
    user, and hold the known items of the inputs of a window; `as_of` is the day of its
    target. Of equally long ones the first in the order of the shards are taken.

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
    columns = load_split(data_set, split[0], names)
    items, days = columns[features.ITEM_ID], columns[features.DAY]
    known = (items != features.PADDING_ID) & (items <= data_set.num_items)
    requests: dict[str, Request] = {}
    for row in np.argsort(-known.sum(axis=1), kind="stable"):
        user = columns[features.USER_ID][row].decode()
        if user in requests:
            continue
        history = tuple(
            Event(_iso(days[row, place]), _text(data_set, items[row, place]))
            for place in np.flatnonzero(known[row])
        )
        requests[user] = Request(history, _iso(days[row, -1]), user)
        if len(requests) == count:
            break
    return list(requests.values())


def _iso(day: int) -> str:
    return (_EPOCH + datetime.timedelta(days=int(day))).isoformat()


def _text(data_set: DataSet, item_id: int) -> str:
    return data_set.vocabulary[item_id - features.FIRST_ITEM_ID].decode()
