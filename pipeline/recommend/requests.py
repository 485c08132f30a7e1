"""Which users are answered, and their histories as batches for a model."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.digests import user_digests
from pipeline.histories import Histories, to_batch
from pipeline.recommend.options import RecommendOptions

IS_USABLE = "is_usable"

# Asked at once, padding among them: enough that the cost of a call is small, few
# enough that a batch's scores of all items stay in the tens of MB.
_ROWS_A_BATCH = 512
_CELLS_A_BATCH = 1 << 16


@dataclass(frozen=True)
class RequestAccount:
    """Users of one partition, or of many added up.

    Attributes:
      users: users of the input, and those of --users that it does not hold.
      not_asked: users that --users does not name.
      too_short: users with fewer than `min_items` events up to `as_of`.
      events: events of all users of the input.
      later: events after `as_of`.
    """

    users: int = 0
    not_asked: int = 0
    too_short: int = 0
    events: int = 0
    later: int = 0


def add_request_accounts(accounts: Iterable[RequestAccount]) -> RequestAccount:
    """Adds accounts up; the order does not matter."""
    total = RequestAccount()
    for account in accounts:
        total = RequestAccount(
            total.users + account.users,
            total.not_asked + account.not_asked,
            total.too_short + account.too_short,
            total.events + account.events,
            total.later + account.later,
        )
    return total


def make_requests(
    histories: Histories, wanted: set[str] | None, options: RecommendOptions
) -> tuple[list[pa.RecordBatch], RequestAccount]:
    """Chooses the users to answer and cuts their histories into batches.

    Args:
      histories: of a partition.
      wanted: the users of this partition to answer alone; None: all.
      options: all settings.

    Returns:
      Batches as `pipeline.histories.to_batch` makes them, with one column more,
      `is_usable`: whether the model is to read the history, or else to name popular
      items. Rows of a batch are of about one length. And the account.
    """
    num_events, num_users = len(histories.days), len(histories.users)
    if options.as_of is not None:
        histories = events_until(histories, options.as_of)
    later = num_events - len(histories.days)
    rows = to_batch(histories)
    not_asked = 0
    if wanted is not None:
        users = rows.column("user").to_pylist()
        asked = np.fromiter((user in wanted for user in users), bool, len(users))
        rows = rows.filter(pa.array(asked))
        not_asked = num_users - len(rows)
        absent = sorted(wanted.difference(users))
        num_users += len(absent)
        rows = pa.concat_batches([rows, _without_events(absent, rows.schema)])
    lengths = _lengths(rows)
    usable = lengths >= options.min_items
    account = RequestAccount(
        users=num_users,
        not_asked=not_asked,
        too_short=int((~usable).sum()),
        events=num_events,
        later=later,
    )
    rows = rows.append_column(IS_USABLE, pa.array(usable))
    if not options.popular:
        rows, lengths = rows.filter(pa.array(usable)), lengths[usable]
    return list(_batches(rows, lengths)), account


def events_until(histories: Histories, last_day: int) -> Histories:
    """Returns all histories without their events after a day."""
    kept = histories.days <= last_day
    before = np.concatenate([[0], np.cumsum(kept)])
    return Histories(
        users=histories.users,
        digests=histories.digests,
        offsets=before[histories.offsets],
        items=histories.items,
        item_codes=histories.item_codes[kept],
        days=histories.days[kept],
    )


def _lengths(rows: pa.RecordBatch) -> npt.NDArray[np.int64]:
    lengths: npt.NDArray[np.int64] = np.diff(rows.column("item").offsets.to_numpy())
    return lengths


def _without_events(users: list[str], schema: pa.Schema) -> pa.RecordBatch:
    """Returns users that the input does not hold, as rows of empty histories."""
    digests = user_digests(users)
    nothing: list[list[str]] = [[]] * len(users)
    return pa.record_batch(
        [
            pa.array(users, schema.field("user").type),
            pa.array(digests[:, 0]),
            pa.array(digests[:, 1]),
            pa.array(nothing, schema.field("item").type),
            pa.array(nothing, schema.field("day").type),
        ],
        schema=schema,
    )


def _batches(
    rows: pa.RecordBatch, lengths: npt.NDArray[np.int64]
) -> Iterator[pa.RecordBatch]:
    """Cuts rows, ordered by their length, into batches of few padded cells."""
    order = np.argsort(lengths, kind="stable")
    rows, lengths = rows.take(pa.array(order)), lengths[order]
    start = 0
    while start < len(rows):
        # The last row of a batch is the longest, and all are padded to it.
        cells = np.arange(1, len(rows) - start + 1) * np.maximum(lengths[start:], 1)
        fit = int(np.searchsorted(cells, _CELLS_A_BATCH, side="right"))
        size = max(1, min(fit, _ROWS_A_BATCH))
        yield rows.slice(start, size)
        start += size
