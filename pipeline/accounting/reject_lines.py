"""Refused rows as lines of JSON, in the order of the input."""

import json
from collections.abc import Iterable, Iterator

from pipeline.accounting.read_account import ReadAccount, rows_before
from pipeline.accounting.reject_batch import RejectBatch


def reject_lines(
    batches: Iterable[RejectBatch], account: ReadAccount
) -> Iterator[bytes]:
    """Yields a line for each reject: its file, row, reason, detail and text.

    Args:
      batches: refused rows, of which one batch at a time is unpacked.
      account: the account of all rows, from which a row's number in its file follows.
    """
    before = rows_before(account)
    for batch in sorted(batches, key=lambda batch: batch.order):
        first_row = before.get((batch.ordinal, batch.block), 0) + 1
        for reject in batch.rejects():
            entry = {
                "file": batch.path,
                "row": first_row + reject.row,
                "reason": reject.reason,
                "detail": reject.detail,
                "text": reject.text,
            }
            text = json.dumps(entry, ensure_ascii=False)
            # A path may hold bytes that are not UTF-8.
            yield text.encode("utf-8", errors="backslashreplace") + b"\n"
