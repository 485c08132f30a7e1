"""What became of events: counts that add up."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.accounting.counts import add_counts


@dataclass(frozen=True)
class SequenceAccount:
    """Histories of one partition, or of many added up.

    Attributes:
      users: histories.
      users_long_enough: histories of at least `min_items` events.
      events: events that are left after what was dropped by choice.
      dropped: events dropped by choice, by flag.
      last_training_day: the last day that a training window holds, under `time` and
        `leave_one_out`; None where there is none.
      windows: how many windows of each split the histories give.
    """

    users: int = 0
    users_long_enough: int = 0
    events: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    last_training_day: int | None = None
    windows: dict[str, int] = field(default_factory=dict)

    @property
    def num_read(self) -> int:
        """All events that were handed over to be sorted."""
        return self.events + sum(self.dropped.values())


def add_sequence_accounts(accounts: Iterable[SequenceAccount]) -> SequenceAccount:
    """Adds accounts up; the order does not matter."""
    accounts = list(accounts)
    dropped: dict[str, int] = {}
    windows: dict[str, int] = {}
    for account in accounts:
        add_counts(dropped, account.dropped)
        add_counts(windows, account.windows)
    days = [a.last_training_day for a in accounts if a.last_training_day is not None]
    return SequenceAccount(
        users=sum(a.users for a in accounts),
        users_long_enough=sum(a.users_long_enough for a in accounts),
        events=sum(a.events for a in accounts),
        dropped=dropped,
        last_training_day=max(days, default=None),
        windows=windows,
    )
