"""Checks that an engine lost nothing between the steps.

Every count is taken twice, before and behind a shuffle. Engines have lost data without
an error: Beam 2.77's in-process one did with several workers (see
`pipeline.runners.beam_flags`).
"""

from collections.abc import Mapping

from pipeline.accounting.read_account import ReadAccount
from pipeline.accounting.sequence_account import SequenceAccount
from schemas.errors import UserError


def check_complete(
    read: ReadAccount, sequence: SequenceAccount, records: Mapping[str, int]
) -> None:
    """Checks that all accepted events were sorted, and all windows written.

    Args:
      read: what became of the rows.
      sequence: what became of the events.
      records: written examples by split.

    Raises:
      UserError: some are missing, or there are too many.
    """
    accepted = read.accepted - sum(read.dropped.values())
    check_passed_on("events", "read", accepted, "sorted", sequence.num_read)
    for split, cut in sequence.windows.items():
        written = records.get(split, 0)
        check_passed_on(f"{split} windows", "cut", cut, "written", written)


def check_passed_on(
    what: str, before: str, expected: int, behind: str, found: int
) -> None:
    """Checks that as many came out of a shuffle as went in.

    Args:
      what: is counted.
      before: what was done to them in front of it.
      expected: how many these were.
      behind: what was done to them behind it.
      found: how many these were.

    Raises:
      UserError: the numbers differ.
    """
    if found != expected:
        raise UserError(
            f"{expected:,} {what} were {before}, but {found:,} were {behind}: the "
            "engine did not pass on all data, which is no fault of the input; run "
            "again with --runner DirectRunner and none of Beam's --direct_* flags."
        )
