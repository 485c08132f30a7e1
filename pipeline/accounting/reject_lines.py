"""Refused rows as lines of JSON, in the order of the input."""

import itertools
import json
from collections.abc import Iterator, Sequence

from pipeline.accounting.accounts import PlacedReject, ReadAccount


def reject_lines(
    rejects: Sequence[PlacedReject], account: ReadAccount
) -> Iterator[bytes]:
    """Yields a line for each reject: its file, row, reason, detail and text.

    Args:
      rejects: refused rows.
      account: the account of all rows, from which a row's number in its file follows.
    """
    ordered = sorted(rejects, key=lambda placed: placed.order)
    for (ordinal, block), group in itertools.groupby(
        ordered, key=lambda placed: placed.order[:2]
    ):
        first_row = account.rows_before(ordinal, block) + 1
        for placed in group:
            reject = placed.reject
            entry = {
                "file": placed.path,
                "row": first_row + reject.row,
                "reason": reject.reason,
                "detail": reject.detail,
                "text": reject.text,
            }
            text = json.dumps(entry, ensure_ascii=False)
            # A path may hold bytes that are not UTF-8.
            yield text.encode("utf-8", errors="backslashreplace") + b"\n"
