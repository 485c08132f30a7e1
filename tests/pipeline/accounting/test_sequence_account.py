"""Accounts of events."""

import itertools

from pipeline.accounting.sequence_account import (
    SequenceAccount,
    add_sequence_accounts,
)


def test_sequence_accounts_add_up():
    parts = [
        SequenceAccount(3, 2, 9, {"drop_repeats": 1}, 70, {"train": 4, "eval": 1}),
        SequenceAccount(1, 0, 1, {"drop_repeats": 2, "max_history": 5}, None),
        SequenceAccount(2, 2, 8, {}, 71, {"train": 3}),
    ]
    expected = SequenceAccount(
        6,
        4,
        18,
        {"drop_repeats": 3, "max_history": 5},
        71,
        {"train": 7, "eval": 1},
    )
    for order in itertools.permutations(parts):
        assert add_sequence_accounts(order) == expected
    assert add_sequence_accounts([]) == SequenceAccount()
