"""Refused rows as lines of JSON."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pipeline.accounting.read_account import ReadAccount
from pipeline.accounting.reject_batch import reject_batch
from pipeline.accounting.reject_lines import reject_lines
from pipeline.parse.rows import MISSING, NOT_JSON, Reject

# Lone surrogates too, which UTF-8 has not.
any_text = st.text(st.characters(exclude_categories=()))


def missing(row):
    return Reject(row, MISSING, "`item` is missing or empty", f"text {row}")


def test_lines_of_rejects_are_in_order_with_their_row_in_the_file():
    account = ReadAccount(places={(0, 0): 10, (0, 500): 7, (1, 0): 99})
    batches = [
        reject_batch(1, "1.csv", 0, [missing(4)]),
        # Two pieces of one block.
        reject_batch(0, "0.csv", 500, [missing(6), missing(5)]),
        reject_batch(0, "0.csv", 500, [missing(2), missing(0)]),
        reject_batch(0, "0.csv", 0, [missing(9)]),
    ]
    lines = list(reject_lines(batches, account))
    assert lines[0] == (
        b'{"file": "0.csv", "row": 10, "reason": "missing_field", '
        b'"detail": "`item` is missing or empty", "text": "text 9"}\n'
    )
    rows = [line.split(b'"row": ')[1].split(b",")[0] for line in lines]
    assert rows == [b"10", b"11", b"13", b"16", b"17", b"5"]
    for order in itertools.permutations(batches):
        assert list(reject_lines(order, account)) == lines


def test_line_of_a_reject_can_hold_any_name_of_a_file():
    batch = reject_batch(0, "caf\udce9", 0, [Reject(0, NOT_JSON, "d", "\u00e9")])
    (line,) = reject_lines([batch], ReadAccount())
    assert b'"file": "caf\\udce9"' in line
    assert '"text": "\u00e9"'.encode() in line


@given(
    st.lists(
        st.builds(
            Reject, st.integers(0, 1 << 40), st.just(NOT_JSON), any_text, any_text
        ),
        min_size=1,
    )
)
def test_rejects_cross_a_shuffle_as_they_are(rejects):
    batch = reject_batch(0, "a.csv", 0, rejects)
    ordered = sorted(rejects, key=lambda reject: reject.row)
    assert list(batch.rejects()) == ordered
    assert batch.first_row == ordered[0].row
