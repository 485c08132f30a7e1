"""Checks that an engine lost nothing between the steps.

Every count is taken twice, before and behind a shuffle. Engines have lost data without
an error: Beam 2.77's in-process one did with several workers (see
`pipeline.runners.beam_flags`).
"""

from collections.abc import Mapping

from pipeline.accounts import ReadAccount, SequenceAccount
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
    _check("events", "were read", accepted, "sorted", sequence.num_read)
    for split, cut in sequence.windows.items():
        written = records.get(split, 0)
        _check(f"{split} windows", "were cut", cut, "written", written)


def _check(what: str, before: str, expected: int, behind: str, found: int) -> None:
    if found != expected:
        raise UserError(
            f"{expected:,} {what} {before}, but {found:,} were {behind}: the engine "
            "did not pass on all data, which is no fault of the input; run again with "
            "--runner DirectRunner and none of Beam's --direct_* flags."
        )
