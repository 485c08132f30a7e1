"""What became of rows and events: counts that add up, and the gate on rejects."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from pipeline.options import Options
from pipeline.parse.rows import REASONS, Reject
from pipeline.windowing.split import cut_days
from schemas.errors import UserError
from schemas.manifest import RowCounts

K = TypeVar("K")

_SHOWN_REJECTS = 3


@dataclass(frozen=True)
class PlacedReject:
    """A refused row and where it stands.

    Attributes:
      ordinal: the file's place among all files.
      path: the file.
      block: where the block starts in the file (a byte, or a row of Parquet).
      reject: the row, its place in the block, and the reason.
    """

    ordinal: int
    path: str
    block: int
    reject: Reject

    @property
    def order(self) -> tuple[int, int, int]:
        """Sorts rejects by their place in the input."""
        return self.ordinal, self.block, self.reject.row


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

    def rows_before(self, ordinal: int, block: int) -> int:
        """Returns how many lines or rows of a file stand before one of its blocks."""
        return sum(
            count
            for (of_file, start), count in self.places.items()
            if of_file == ordinal and start < block
        )


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
        tuple(first[:_SHOWN_REJECTS]),
        values,
    )


def add_counts(total: dict[K, int], counts: dict[K, int]) -> None:
    """Adds `counts` into `total`."""
    for key, count in counts.items():
        total[key] = total.get(key, 0) + count


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


@dataclass(frozen=True)
class DayPlan:
    """Days that follow from all accepted events.

    Attributes:
      last_day: the last day.
      cuts: under `time`, the first eval day and the first test day.
    """

    last_day: int
    cuts: tuple[int, ...] = ()


def check_rows(account: ReadAccount, max_reject_fraction: float) -> None:
    """Checks that there are rows, and that not too many were refused.

    Raises:
      UserError: there is no row, too large a share was refused, or none is left.
    """
    if not account.read:
        raise UserError("the input holds no rows; check the files named by --input.")
    refused = account.read - account.accepted
    if refused > max_reject_fraction * account.read:
        raise UserError(_too_many_rejects(account, refused, max_reject_fraction))
    if not account.days:
        raise UserError(_no_row_is_left(account))


def plan_days(account: ReadAccount, options: Options) -> DayPlan:
    """Checks that enough rows were accepted, and finds the days of the split.

    Raises:
      UserError: there is no row, too large a share was refused, or none has a value in
        one of the fields that say something of items.
    """
    check_rows(account, options.max_reject_fraction)
    for name in options.read.item_fields:
        if not account.values.get(name):
            raise UserError(
                f"no row has text or a number in `{name}`, which --item_fields names; "
                "check the name, or leave it out."
            )
    days = np.asarray(sorted(account.days), np.int64)
    events = np.asarray([account.days[int(day)] for day in days], np.int64)
    cuts = cut_days(days, events, options.split) if options.split.name == "time" else ()
    return DayPlan(int(days[-1]), cuts)


def reference_day(account: SequenceAccount, plan: DayPlan, options: Options) -> int:
    """Returns the day from which training ages count.

    Raises:
      UserError: there is nothing to train on.
    """
    if not account.users_long_enough:
        raise UserError(
            f"none of {account.users:,} users has a history of --min_items "
            f"{options.window.min_items} events; lower it, or check --user_field."
        )
    if not options.split.measures_from_target:
        last_day: int | None = plan.last_day
    else:
        last_day = account.last_training_day
    if last_day is None:
        raise UserError(
            f"--split {options.split.name} leaves no user with enough events to train "
            "on; choose another split, smaller fractions or a lower --min_items."
        )
    return last_day if options.reference_day is None else options.reference_day


def row_counts(read: ReadAccount, sequence: SequenceAccount) -> RowCounts:
    """Returns the manifest's account of all rows."""
    dropped = dict(read.dropped)
    add_counts(dropped, sequence.dropped)
    return RowCounts(
        read.read,
        read.accepted,
        dict(sorted(read.rejected.items())),
        dict(sorted(dropped.items())),
    )


def _no_row_is_left(account: ReadAccount) -> str:
    dropped = [f"--{flag} dropped {n:,}" for flag, n in account.dropped.items()]
    if not account.rejected:
        return f"no row is left of {account.read:,}: {', '.join(dropped)}; loosen it."
    causes = ", ".join([*dropped, f"refused were {_by_reason(account)}"])
    return (
        f"no row is left of {account.read:,}: {causes}; the first:{_first(account)}\n"
        "Check --schema, the --*_field names, --date_format and --latest_date."
    )


def _too_many_rejects(
    account: ReadAccount, refused: int, max_reject_fraction: float
) -> str:
    return (
        f"{refused:,} of {account.read:,} rows were refused ({_by_reason(account)}), "
        f"more than --max_reject_fraction {max_reject_fraction:g} allows; the "
        f"first:{_first(account)}\nCheck --schema, the --*_field names and "
        "--date_format, or raise the fraction."
    )


def _by_reason(account: ReadAccount) -> str:
    return ", ".join(
        f"{count:,} {REASONS[reason]}"
        for reason, count in sorted(account.rejected.items())
    )


def _first(account: ReadAccount) -> str:
    shown = ""
    for placed in account.first_rejects:
        before = account.rows_before(placed.ordinal, placed.block)
        row = before + placed.reject.row + 1
        shown += f"\n  {placed.path} row {row}: {placed.reject.detail}"
    return shown
