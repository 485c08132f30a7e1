"""Beam's counters, by which a running job says how far it is.

What goes into a shuffle and what comes out of it are two counters, as the manifest's
check counts them twice. They are counted here and not in the functions of the steps,
since these may work in threads that Beam does not know; and once a block, partition or
shard.
"""

from apache_beam.metrics import Metrics

from pipeline.accounting.read_account import ReadAccount
from pipeline.accounting.sequence_account import SequenceAccount

NAMESPACE = "seamstress"


def count(name: str, number: int) -> None:
    """Adds to a counter."""
    Metrics.counter(NAMESPACE, name).inc(number)


def count_rows(account: ReadAccount) -> ReadAccount:
    """Counts rows, and the events that they become, and returns their account."""
    count("rows_read", account.read)
    count("rows_accepted", account.accepted)
    for reason, number in account.rejected.items():
        count(f"rows_rejected_{reason}", number)
    count("events_read", account.accepted - sum(account.dropped.values()))
    return account


def count_events(account: SequenceAccount) -> SequenceAccount:
    """Counts events, histories and their windows, and returns their account."""
    count("events_sorted", account.num_read)
    count("histories_built", account.users)
    for split, number in account.windows.items():
        count(f"windows_cut_{split}", number)
    return account
