"""Histories: the events of each user in order, as columns of a whole partition."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from pipeline.arrays.columns import concatenate
from pipeline.arrays.digests import UInt64s, user_digests
from pipeline.parse.dates import day_of
from pipeline.parse.events import ITEM, MOMENT, POSITION, USER
from pipeline.windowing.windows import Int64s
from schemas.settings import DropRepeats


@dataclass(frozen=True)
class Histories:
    """Histories in the order of their users' digests.

    A user has one, or, where `latest_events` left out the events between them, two.

    Attributes:
      users: string [histories].
      digests: uint64 [histories, 2].
      offsets: int64 [histories + 1]; events `offsets[h]` ... `offsets[h + 1]` - 1 are
        those of history h, oldest first.
      items: string [distinct items of these histories].
      item_codes: int64 [events], each event's place in `items`.
      days: int64 [events], days since 1970-01-01.
    """

    users: pa.Array
    digests: UInt64s
    offsets: Int64s
    items: pa.Array
    item_codes: Int64s
    days: Int64s

    @property
    def lengths(self) -> Int64s:
        """The number of events of each history, int64 [histories]."""
        return np.diff(self.offsets)

    @property
    def user_lengths(self) -> Int64s:
        """The number of events of each user, int64 [users]."""
        is_first = np.ones(len(self.users), bool)
        is_first[1:] = (self.digests[1:] != self.digests[:-1]).any(axis=1)
        firsts = np.flatnonzero(is_first)
        return np.diff(np.append(self.offsets[firsts], self.offsets[-1]))

    def event_places(self) -> tuple[Int64s, Int64s]:
        """Returns each event's history and its index there, both int64 [events]."""
        history = np.repeat(np.arange(len(self.users)), self.lengths)
        return history, np.arange(len(self.days)) - self.offsets[history]

    def where(self, kept: npt.NDArray[np.bool_]) -> "Histories":
        """Returns all histories with the events `kept`, bool [events], alone."""
        before = np.concatenate([[0], np.cumsum(kept)])
        return Histories(
            users=self.users,
            digests=self.digests,
            offsets=before[self.offsets],
            items=self.items,
            item_codes=self.item_codes[kept],
            days=self.days[kept],
        )

    @cached_property
    def next_same_item(self) -> Int64s:
        """The next event of the same history with the same item, int64 [events].

        Where there is none, a number beyond all events. Sorts all events, so it is kept
        for the many batches of windows that are cut from the same histories.
        """
        history, _ = self.event_places()
        order = np.lexsort((history, self.item_codes))
        following = np.full(len(order), len(order) + 1, np.int64)
        same = (history[order[1:]] == history[order[:-1]]) & (
            self.item_codes[order[1:]] == self.item_codes[order[:-1]]
        )
        following[order[:-1][same]] = order[1:][same]
        return following


def build_histories(
    batches: Sequence[pa.RecordBatch],
    drop_repeats: DropRepeats = "none",
    max_history: int = 0,
    first_held_out: int | None = None,
) -> tuple[Histories, dict[str, int]]:
    """Sorts the events of a partition into histories.

    Events are ordered by user digest, then by moment, then by position in the input;
    the order and the cut of `batches` do not matter.

    Args:
      batches: events of whole users, with the columns of `pipeline.parse.events`.
      drop_repeats: `exact` keeps the first of events of one user, item and day;
        `consecutive` the first of a run of one item.
      max_history: the most events of a history that are kept; see `latest_events`.
      first_held_out: likewise.

    Returns:
      The histories, and how many events each of the two settings dropped, by flag.
    """
    events = concatenate(batches)
    users = events.column(USER).dictionary_encode()
    items = events.column(ITEM).dictionary_encode()
    moments = events.column(MOMENT).to_numpy()
    digests = user_digests(users.dictionary.to_pylist())

    by_digest = np.lexsort((digests[:, 1], digests[:, 0]))
    rank = np.empty(len(by_digest), np.int64)
    rank[by_digest] = np.arange(len(by_digest))
    user_rank = rank[users.indices.to_numpy()]
    order = np.lexsort((events.column(POSITION).to_numpy(), moments, user_rank))

    history = user_rank[order]
    codes = items.indices.to_numpy()[order].astype(np.int64)
    days = day_of(moments[order])

    repeated = _repeats(history, codes, days, drop_repeats)
    lengths = np.bincount(history[~repeated], minlength=len(by_digest))
    histories = Histories(
        users=users.dictionary.take(pa.array(by_digest)),
        digests=digests[by_digest],
        offsets=np.concatenate([[0], np.cumsum(lengths)]),
        items=items.dictionary,
        item_codes=codes[~repeated],
        days=days[~repeated],
    )
    histories, too_old = latest_events(histories, max_history, first_held_out)
    dropped = {"drop_repeats": int(repeated.sum()), "max_history": too_old}
    return histories, {flag: count for flag, count in dropped.items() if count}


def latest_events(
    histories: Histories, max_history: int, first_held_out: int | None = None
) -> tuple[Histories, int]:
    """Leaves out what is older than the latest events of a history.

    Events before a day may be counted by themselves, so that no later one takes their
    place. Where the later ones are too many as well, there is a gap, and they become a
    history of their own: no window may reach over it.

    Args:
      histories: the histories, one a user.
      max_history: the most events of a history that are kept; 0 keeps all.
      first_held_out: days since 1970-01-01; as many again are kept from this day on.
        None: all count alike.

    Returns:
      The histories, and how many events are left out.
    """
    if not max_history:
        return histories, 0
    history, _ = histories.event_places()
    # Two parts a history, of which the first may be all of it.
    part = 2 * history
    if first_held_out is not None:
        part += histories.days >= first_held_out
    ends = np.cumsum(np.bincount(part, minlength=2 * len(histories.users)))
    kept = ends[part] - np.arange(len(part)) <= max_history
    is_cut = np.zeros(len(ends), bool)
    is_cut[part[~kept]] = True
    row = np.where(is_cut[part], part, 2 * history)[kept]
    lengths = np.bincount(row, minlength=len(ends))
    rows = np.flatnonzero((lengths > 0) | (np.arange(len(ends)) % 2 == 0))
    shown = Histories(
        users=histories.users.take(pa.array(rows // 2)),
        digests=histories.digests[rows // 2],
        offsets=np.concatenate([[0], np.cumsum(lengths[rows])]),
        items=histories.items,
        item_codes=histories.item_codes[kept],
        days=histories.days[kept],
    )
    return shown, int((~kept).sum())


def _repeats(
    history: Int64s, codes: Int64s, days: Int64s, rule: DropRepeats
) -> npt.NDArray[np.bool_]:
    """Returns which events repeat an earlier one, bool [events]."""
    if rule == "exact":
        frame = pd.DataFrame({"history": history, "item": codes, "day": days})
        return frame.duplicated(keep="first").to_numpy()
    repeats = np.zeros(len(history), bool)
    if rule == "consecutive":
        repeats[1:] = (history[1:] == history[:-1]) & (codes[1:] == codes[:-1])
    return repeats


def to_batch(histories: Histories) -> pa.RecordBatch:
    """Returns the histories as one record batch, a row a history."""
    items = histories.items.take(pa.array(histories.item_codes))
    offsets = pa.array(histories.offsets)
    return pa.record_batch(
        {
            "user": histories.users,
            "digest_high": pa.array(histories.digests[:, 0]),
            "digest_low": pa.array(histories.digests[:, 1]),
            "item": pa.LargeListArray.from_arrays(offsets, items),
            "day": pa.LargeListArray.from_arrays(offsets, pa.array(histories.days)),
        }
    )


def from_batch(batch: pa.RecordBatch) -> Histories:
    """Returns the histories that `to_batch` wrote, or those of a slice of its rows."""
    column = batch.column("item")
    offsets = column.offsets.to_numpy()
    items = column.flatten().dictionary_encode()
    return Histories(
        users=batch.column("user"),
        digests=np.stack(
            [
                batch.column("digest_high").to_numpy(),
                batch.column("digest_low").to_numpy(),
            ],
            axis=1,
        ),
        offsets=offsets - offsets[0],
        items=items.dictionary,
        item_codes=items.indices.to_numpy().astype(np.int64),
        days=batch.column("day").flatten().to_numpy(),
    )
