"""Which users are answered, and what of their histories the model is shown."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.accounting.counts import add_counts
from pipeline.arrays.digests import user_digests
from pipeline.recommend.options import RecommendOptions
from pipeline.windowing.histories import Histories, latest_events
from schemas.days import iso_date
from schemas.errors import UserError
from schemas.features import ITEM_ID

# What crosses to the model, a row a user: `items` and `days` are the events that it is
# shown, oldest first; `last_day` (null without events) and `num_events` are of the
# whole history up to `as_of`. Without `is_usable` no event is an input, all are seen.
REQUEST_SCHEMA = pa.schema(
    [
        ("user_id", pa.string()),
        ("digest_high", pa.uint64()),
        ("digest_low", pa.uint64()),
        ("items", pa.list_(pa.string())),
        ("days", pa.list_(pa.int64())),
        ("last_day", pa.int64()),
        ("num_events", pa.int64()),
        ("is_usable", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class RequestAccount:
    """Users of one partition, or of many added up.

    Attributes:
      users: users of the input, and those of --users that it does not hold.
      absent: users of --users that the input does not hold.
      not_asked: users that --users does not name.
      too_short: users asked for that have fewer than `min_items` events up to `as_of`.
      events: events of all users of the input.
      later: events after `as_of`.
      dropped: events dropped by choice, by flag.
      unknown: events up to `as_of` of items that the model does not know.
    """

    users: int = 0
    absent: int = 0
    not_asked: int = 0
    too_short: int = 0
    events: int = 0
    later: int = 0
    dropped: tuple[tuple[str, int], ...] = ()
    unknown: int = 0

    @property
    def usable(self) -> int:
        """Users whose histories the model reads."""
        return self.users - self.not_asked - self.too_short


def add_request_accounts(accounts: Iterable[RequestAccount]) -> RequestAccount:
    """Adds accounts up; the order does not matter."""
    total = RequestAccount()
    for account in accounts:
        dropped = dict(total.dropped)
        add_counts(dropped, dict(account.dropped))
        total = RequestAccount(
            total.users + account.users,
            total.absent + account.absent,
            total.not_asked + account.not_asked,
            total.too_short + account.too_short,
            total.events + account.events,
            total.later + account.later,
            tuple(sorted(dropped.items())),
            total.unknown + account.unknown,
        )
    return total


def check_requests(
    account: RequestAccount, options: RecommendOptions
) -> RequestAccount:
    """Returns the account if anybody is answered, by a model that knows some item.

    Raises:
      UserError: nobody is, or not one.
    """
    shown = account.events - account.later
    if shown and account.unknown == shown:
        raise UserError(
            f"--model {options.model} knows the item of none of {shown:,} events; "
            "check --item_field, and that the model was trained on these items."
        )
    if account.usable or options.popular:
        return account
    until = "" if options.as_of is None else f" up to --as_of {iso_date(options.as_of)}"
    remedies = ["give --popular to answer them all the same"]
    if options.users is not None:
        remedies.append("check the ids in --users")
    if options.as_of is not None:
        remedies.append("choose a later day")
    if options.min_items > 1:
        remedies.append("lower --min_items")
    raise UserError(
        f"none of {account.too_short:,} users has a history of --min_items "
        f"{options.min_items} events{until}; {', or '.join(remedies)}."
    )


def make_requests(
    histories: Histories,
    wanted: set[str] | None,
    options: RecommendOptions,
    max_length: int,
    vocabulary: pa.RecordBatch,
) -> tuple[pa.RecordBatch, RequestAccount]:
    """Chooses the users to answer, and the events that change their answers.

    Args:
      histories: of a partition, with all events that no other setting drops.
      wanted: the users of this partition to answer alone; None: all.
      options: all settings.
      max_length: W, the events that the model looks at.
      vocabulary: the items that the model knows, a column `item_id`.

    Returns:
      A batch of `REQUEST_SCHEMA`, by digest, and the account.
    """
    num_events, num_users = len(histories.days), len(histories.users)
    if options.as_of is not None:
        histories = events_until(histories, options.as_of)
    later = num_events - len(histories.days)
    # Of those up to the day, as if the log ended there.
    histories, too_old = latest_events(histories, options.max_history)
    rows = _rows(histories, max_length, options.keep_seen)
    not_asked = 0
    absent: list[str] = []
    if wanted is not None:
        users = histories.users.to_pylist()
        asked = np.fromiter((user in wanted for user in users), bool, len(users))
        rows = rows.filter(pa.array(asked))
        not_asked = num_users - len(rows)
        absent = sorted(wanted.difference(users))
        rows = pa.concat_batches([rows, _without_events(absent)])
    usable = rows.column("num_events").to_numpy() >= options.min_items
    account = RequestAccount(
        users=num_users + len(absent),
        absent=len(absent),
        not_asked=not_asked,
        too_short=int((~usable).sum()),
        events=num_events - too_old,
        later=later,
        dropped=(("max_history", too_old),) if too_old else (),
        unknown=_num_unknown(histories, vocabulary),
    )
    rows = rows.set_column(
        rows.schema.get_field_index("is_usable"), "is_usable", pa.array(usable)
    )
    return rows if options.popular else rows.filter(pa.array(usable)), account


def events_until(histories: Histories, last_day: int) -> Histories:
    """Returns all histories without their events after a day."""
    return histories.where(histories.days <= last_day)


def _num_unknown(histories: Histories, vocabulary: pa.RecordBatch) -> int:
    """Returns the number of events of items that are not in the vocabulary."""
    known = pc.is_in(histories.items, value_set=vocabulary.column(ITEM_ID))
    return int((~known.to_numpy(False)[histories.item_codes]).sum())


def needed_events(
    histories: Histories, max_length: int, keep_seen: bool
) -> npt.NDArray[np.bool_]:
    """Returns which events change an answer, bool [events].

    The latest `max_length` of a history are the model's input. Earlier ones only say
    which items were seen, for which each item is needed once: a history of a million
    events is asked about as one of as many events as it has items.

    Args:
      histories: all.
      max_length: W, the events that the model looks at.
      keep_seen: whether items that were seen may be recommended.
    """
    history, place = histories.event_places()
    is_input = place >= histories.lengths[history] - max_length
    if keep_seen:
        return is_input
    earlier = np.flatnonzero(~is_input)
    pair = history[earlier] * len(histories.items) + histories.item_codes[earlier]
    _, first = np.unique(pair, return_index=True)
    is_input[earlier[first]] = True
    return is_input


def _rows(histories: Histories, max_length: int, keep_seen: bool) -> pa.RecordBatch:
    lengths = histories.lengths
    last = np.maximum(histories.offsets[1:] - 1, 0)
    # One day more, so that histories without events have a place to look at.
    last_day = np.append(histories.days, 0)[last]
    shown = histories.where(needed_events(histories, max_length, keep_seen))
    offsets = pa.array(shown.offsets, pa.int32())
    items = shown.items.take(pa.array(shown.item_codes)).cast(pa.string())
    return pa.record_batch(
        [
            shown.users.cast(pa.string()),
            pa.array(shown.digests[:, 0]),
            pa.array(shown.digests[:, 1]),
            pa.ListArray.from_arrays(offsets, items),
            pa.ListArray.from_arrays(offsets, pa.array(shown.days)),
            pa.array(last_day, mask=lengths == 0),
            pa.array(lengths),
            pa.array(np.ones(len(lengths), bool)),
        ],
        schema=REQUEST_SCHEMA,
    )


def _without_events(users: list[str]) -> pa.RecordBatch:
    """Returns users that the input does not hold, as rows of empty histories."""
    digests = user_digests(users)
    count = len(users)
    return pa.record_batch(
        [
            pa.array(users, pa.string()),
            pa.array(digests[:, 0]),
            pa.array(digests[:, 1]),
            pa.array([[]] * count, pa.list_(pa.string())),
            pa.array([[]] * count, pa.list_(pa.int64())),
            pa.nulls(count, pa.int64()),
            pa.array(np.zeros(count, np.int64)),
            pa.array(np.ones(count, bool)),
        ],
        schema=REQUEST_SCHEMA,
    )
