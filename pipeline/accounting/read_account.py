"""What became of rows: counts that add up."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.accounting.counts import add_counts
from pipeline.accounting.placed_reject import PlacedReject

SHOWN_REJECTS = 3


@dataclass(frozen=True)
class ReadAccount:
    """Rows of one block, or of many added up.

    Attributes:
      accepted: rows understood, those dropped by choice included.
      rejected: refused rows by reason.
      dropped: accepted rows dropped by choice, by flag.
      days: events of each day.
      places: the number of places (lines or rows) of each block, by file ordinal and
        block start, from which a reject's line in its file follows.
      first_rejects: the first few refused rows.
      values: events that have a value, by field of --item_fields.
    """

    accepted: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    days: dict[int, int] = field(default_factory=dict)
    places: dict[tuple[int, int], int] = field(default_factory=dict)
    first_rejects: tuple[PlacedReject, ...] = ()
    values: dict[str, int] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """All rows."""
        return self.accepted + sum(self.rejected.values())


def add_read_accounts(accounts: Iterable[ReadAccount]) -> ReadAccount:
    """Adds accounts up; the order does not matter."""
    accepted = 0
    rejected: dict[str, int] = {}
    dropped: dict[str, int] = {}
    days: dict[int, int] = {}
    places: dict[tuple[int, int], int] = {}
    values: dict[str, int] = {}
    first: list[PlacedReject] = []
    for account in accounts:
        accepted += account.accepted
        add_counts(rejected, account.rejected)
        add_counts(dropped, account.dropped)
        add_counts(days, account.days)
        add_counts(places, account.places)
        add_counts(values, account.values)
        first.extend(account.first_rejects)
    first.sort(key=lambda placed: placed.order)
    return ReadAccount(
        accepted,
        rejected,
        dropped,
        days,
        places,
        tuple(first[:SHOWN_REJECTS]),
        values,
    )


def rows_before(account: ReadAccount) -> dict[tuple[int, int], int]:
    """Returns how many lines or rows of its file stand before each block.

    Returns:
      Their number by file ordinal and block start.
    """
    before = {}
    of_file, rows = None, 0
    for (ordinal, start), count in sorted(account.places.items()):
        if ordinal != of_file:
            of_file, rows = ordinal, 0
        before[ordinal, start] = rows
        rows += count
    return before
