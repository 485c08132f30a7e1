"""Rows as the manifest counts them."""

from pipeline.accounting.read_account import ReadAccount
from pipeline.accounting.row_counts import row_counts
from pipeline.accounting.sequence_account import SequenceAccount
from pipeline.parse.rows import MISSING, NOT_JSON


def test_counts_of_the_manifest_are_sorted_and_hold_both_kinds_of_drops():
    read = ReadAccount(8, {NOT_JSON: 1, MISSING: 2}, {"min_rating": 3})
    sequence = SequenceAccount(dropped={"drop_repeats": 1})
    counts = row_counts(read, sequence)
    assert (counts.read, counts.accepted) == (11, 8)
    assert list(counts.rejected.items()) == [(MISSING, 2), (NOT_JSON, 1)]
    assert list(counts.dropped.items()) == [("drop_repeats", 1), ("min_rating", 3)]
