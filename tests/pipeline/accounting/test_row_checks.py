"""The gate on rejects."""

import dataclasses

import pytest

from pipeline.accounting.read_account import ReadAccount, add_read_accounts
from pipeline.accounting.row_checks import check_rows
from pipeline.options import ReadOptions
from pipeline.parse.review_schema import ReviewSchema
from pipeline.parse.rows import FUTURE_DATE, INVALID_DATE, MISSING
from schemas.errors import UserError
from tests.support.rejects import reject

READ = ReadOptions(ReviewSchema("user", "item", "date", ("iso", "%B %d, %Y")))


def test_no_rows_are_one_sentence():
    with pytest.raises(UserError, match=r"the input holds no rows; .* --input"):
        check_rows(ReadAccount(), READ, 0.05)


def test_rows_that_were_all_dropped_are_told_by_flag():
    account = ReadAccount(accepted=1200, dropped={"min_rating": 1200})
    with pytest.raises(
        UserError, match=r"no row is left of 1,200: --min_rating dropped 1,200; loosen"
    ):
        check_rows(account, READ, 0.05)


def test_rows_that_were_all_refused_are_told_by_reason():
    account = ReadAccount(rejected={MISSING: 2}, first_rejects=(reject(0, 0, 6),))
    with pytest.raises(UserError) as caught:
        check_rows(account, READ, 1.0)
    assert str(caught.value) == (
        "no row is left of 2: refused were 2 field missing or empty; the first:\n"
        "  0.csv row 7: `item` is missing or empty\n"
        "Check --schema, the --*_field names and --date_format."
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
        check_rows(account, READ, 0.05)
    assert str(caught.value) == (
        "6 of 100 rows were refused (2 date not understood, 4 field missing or empty), "
        "more than --max_reject_fraction 0.05 allows; the first:\n"
        "  0.csv row 7: `date` 'x' is no date\n"
        "  0.csv row 52: `item` is missing or empty\n"
        "  0.csv row 53: `item` is missing or empty\n"
        "Check --schema, the --*_field names and --date_format, or raise the fraction. "
        "Dates were tried as iso, '%B %d, %Y'; name what yours are with --date_format, "
        "which may be given several times, such as --date_format '%d.%m.%Y' for "
        "31.12.2016."
    )
    assert check_rows(account, READ, 0.06) is account


def test_a_fraction_of_nothing_allows_no_reject():
    account = ReadAccount(accepted=10**6, rejected={MISSING: 1}, days={0: 10**6})
    with pytest.raises(UserError, match="1 of 1,000,001 rows were refused"):
        check_rows(account, READ, 0.0)


@pytest.mark.parametrize(("is_today", "said"), [(True, " (today)"), (False, "")])
def test_the_latest_date_is_named_where_rows_are_after_it(is_today, said):
    late = reject(0, 0, 6, "`date` '2117-01-21' is after --latest_date", FUTURE_DATE)
    account = ReadAccount(accepted=1, rejected={FUTURE_DATE: 1}, first_rejects=(late,))
    options = dataclasses.replace(READ, latest_day=17_000, latest_day_is_today=is_today)
    with pytest.raises(UserError) as caught:
        check_rows(account, options, 0.05)
    assert str(caught.value).splitlines()[1:] == [
        "  0.csv row 7: `date` '2117-01-21' is after --latest_date 2016-07-18" + said,
        "Check --schema, the --*_field names, --date_format and --latest_date, or "
        "raise the fraction.",
    ]


@pytest.mark.parametrize(
    ("days", "warns"), [([0, 364], True), ([17, 365], False), ([-1, 17], False)]
)
def test_dates_that_are_all_of_1970_are_a_warning(caplog, days, warns):
    account = ReadAccount(accepted=2, days=dict.fromkeys(days, 1))
    assert check_rows(account, READ, 0.05) is account
    assert ["all dates are of 1970" in text for text in caplog.messages] == [
        True
    ] * warns
