"""The gate on rejects: enough rows were understood, or a sentence says why not."""

import logging

from pipeline.accounting.read_account import ReadAccount, rows_before
from pipeline.options import ReadOptions
from pipeline.parse.rows import FUTURE_DATE, INVALID_DATE, REASONS
from schemas.days import iso_date
from schemas.errors import UserError

_logger = logging.getLogger(__name__)

# Of 1970: seconds taken for milliseconds lie there until the year 2970.
_FIRST_DAYS = 365


def check_rows(
    account: ReadAccount, options: ReadOptions, max_reject_fraction: float
) -> ReadAccount:
    """Returns the account if there are rows, and not too many were refused.

    Warns where all of them are of 1970.

    Args:
      account: of all rows.
      options: how they were judged.
      max_reject_fraction: the largest share of refused rows.

    Raises:
      UserError: there is no row, too large a share was refused, or none is left.
    """
    if not account.read:
        raise UserError("the input holds no rows; check the files named by --input.")
    refused = account.read - account.accepted
    if refused > max_reject_fraction * account.read:
        raise UserError(
            f"{refused:,} of {account.read:,} rows were refused "
            f"({_by_reason(account)}), more than --max_reject_fraction "
            f"{max_reject_fraction:g} allows; {_first(account, options)}\n"
            f"{_checks(account)}, or raise the fraction.{_formats(account, options)}"
        )
    if not account.days:
        raise UserError(_no_row_is_left(account, options))
    if all(0 <= day < _FIRST_DAYS for day in account.days):
        _logger.warning(
            "all dates are of 1970, as where seconds are taken for milliseconds; check "
            "--date_format (unix_s: seconds, unix_ms: milliseconds)."
        )
    return account


def _no_row_is_left(account: ReadAccount, options: ReadOptions) -> str:
    dropped = [f"--{flag} dropped {n:,}" for flag, n in account.dropped.items()]
    if not account.rejected:
        return f"no row is left of {account.read:,}: {', '.join(dropped)}; loosen it."
    causes = ", ".join([*dropped, f"refused were {_by_reason(account)}"])
    return (
        f"no row is left of {account.read:,}: {causes}; {_first(account, options)}\n"
        f"{_checks(account)}.{_formats(account, options)}"
    )


def _by_reason(account: ReadAccount) -> str:
    return ", ".join(
        f"{count:,} {REASONS[reason]}"
        for reason, count in sorted(account.rejected.items())
    )


def _first(account: ReadAccount, options: ReadOptions) -> str:
    shown = "the first:"
    before = rows_before(account)
    for placed in account.first_rejects:
        row = before.get(placed.order[:2], 0) + placed.reject.row + 1
        shown += f"\n  {placed.path} row {row}: {placed.reject.detail}"
        if placed.reject.reason == FUTURE_DATE:
            # Not in the files of rejects, which are the same whatever day it is.
            today = " (today)" if options.latest_day_is_today else ""
            shown += f" {iso_date(options.latest_day)}{today}"
    return shown


def _checks(account: ReadAccount) -> str:
    flags = ["--schema", "the --*_field names", "--date_format"]
    if FUTURE_DATE in account.rejected:
        flags.append("--latest_date")
    return f"Check {', '.join(flags[:-1])} and {flags[-1]}"


def _formats(account: ReadAccount, options: ReadOptions) -> str:
    """Returns a sentence on the formats of dates, if some were not understood."""
    if INVALID_DATE not in account.rejected:
        return ""
    tried = ", ".join(
        repr(name) if "%" in name else name for name in options.schema.date_formats
    )
    return (
        f" Dates were tried as {tried}; name what yours are with --date_format, which "
        "may be given several times, such as --date_format '%d.%m.%Y' for 31.12.2016."
    )
