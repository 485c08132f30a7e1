"""Refused rows for tests."""

from pipeline.accounting.placed_reject import PlacedReject
from pipeline.parse.rows import MISSING, Reject


def reject(ordinal, block, row, detail="`item` is missing or empty", reason=MISSING):
    return PlacedReject(
        ordinal, f"{ordinal}.csv", block, Reject(row, reason, detail, f"text {row}")
    )
