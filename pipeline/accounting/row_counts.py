"""The account of all rows, as the manifest holds it."""

from pipeline.accounting.counts import add_counts
from pipeline.accounting.read_account import ReadAccount
from pipeline.accounting.sequence_account import SequenceAccount
from schemas.manifest import RowCounts


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
