"""The gate on rejects."""

import pytest

from pipeline.accounting.read_account import ReadAccount, add_read_accounts
from pipeline.accounting.row_checks import check_rows
from pipeline.parse.rows import INVALID_DATE, MISSING
from schemas.errors import UserError
from tests.support.rejects import reject


def test_no_rows_are_one_sentence():
    with pytest.raises(UserError, match=r"the input holds no rows; .* --input"):
        check_rows(ReadAccount(), 0.05)


def test_rows_that_were_all_dropped_are_told_by_flag():
    account = ReadAccount(accepted=1200, dropped={"min_rating": 1200})
    with pytest.raises(
        UserError, match=r"no row is left of 1,200: --min_rating dropped 1,200; loosen"
    ):
        check_rows(account, 0.05)


def test_rows_that_were_all_refused_are_told_by_reason():
    account = ReadAccount(rejected={MISSING: 2}, first_rejects=(reject(0, 0, 6),))
    with pytest.raises(UserError) as caught:
        check_rows(account, 1.0)
    assert str(caught.value) == (
        "no row is left of 2: refused were 2 field missing or empty; the first:\n"
        "  0.csv row 7: `item` is missing or empty\n"
        "Check --schema, the --*_field names, --date_format and --latest_date."
    )


def test_too_many_rejects_are_told_with_the_first_three():
    account = add_read_accounts(
        [
            ReadAccount(
                accepted=94,
                rejected={INVALID_DATE: 2, MISSING: 4},
                days={0: 94},
                places={(0, 0): 50, (0, 800): 50},
                first_rejects=(
                    reject(0, 800, 2),
                    reject(0, 0, 6, "`date` 'x' is no date"),
                    reject(0, 800, 1),
                    reject(0, 800, 9),
                ),
            )
        ]
    )
    with pytest.raises(UserError) as caught:
        check_rows(account, 0.05)
    assert str(caught.value) == (
        "6 of 100 rows were refused (2 date not understood, 4 field missing or empty), "
        "more than --max_reject_fraction 0.05 allows; the first:\n"
        "  0.csv row 7: `date` 'x' is no date\n"
        "  0.csv row 52: `item` is missing or empty\n"
        "  0.csv row 53: `item` is missing or empty\n"
        "Check --schema, the --*_field names and --date_format, or raise the fraction."
    )
    assert check_rows(account, 0.06) is account


def test_a_fraction_of_nothing_allows_no_reject():
    account = ReadAccount(accepted=10**6, rejected={MISSING: 1}, days={0: 10**6})
    with pytest.raises(UserError, match="1 of 1,000,001 rows were refused"):
        check_rows(account, 0.0)
