"""The gate on rejects: enough rows were understood, or a sentence says why not."""

from pipeline.accounting.read_account import ReadAccount, rows_before
from pipeline.parse.rows import REASONS
from schemas.errors import UserError


def check_rows(account: ReadAccount, max_reject_fraction: float) -> ReadAccount:
    """Returns the account if there are rows, and not too many were refused.

    Raises:
      UserError: there is no row, too large a share was refused, or none is left.
    """
    if not account.read:
        raise UserError("the input holds no rows; check the files named by --input.")
    refused = account.read - account.accepted
    if refused > max_reject_fraction * account.read:
        raise UserError(_too_many_rejects(account, refused, max_reject_fraction))
    if not account.days:
        raise UserError(_no_row_is_left(account))
    return account


def _no_row_is_left(account: ReadAccount) -> str:
    dropped = [f"--{flag} dropped {n:,}" for flag, n in account.dropped.items()]
    if not account.rejected:
        return f"no row is left of {account.read:,}: {', '.join(dropped)}; loosen it."
    causes = ", ".join([*dropped, f"refused were {_by_reason(account)}"])
    return (
        f"no row is left of {account.read:,}: {causes}; the first:{_first(account)}\n"
        "Check --schema, the --*_field names, --date_format and --latest_date."
    )


def _too_many_rejects(
    account: ReadAccount, refused: int, max_reject_fraction: float
) -> str:
    return (
        f"{refused:,} of {account.read:,} rows were refused ({_by_reason(account)}), "
        f"more than --max_reject_fraction {max_reject_fraction:g} allows; the "
        f"first:{_first(account)}\nCheck --schema, the --*_field names and "
        "--date_format, or raise the fraction."
    )


def _by_reason(account: ReadAccount) -> str:
    return ", ".join(
        f"{count:,} {REASONS[reason]}"
        for reason, count in sorted(account.rejected.items())
    )


def _first(account: ReadAccount) -> str:
    shown = ""
    before = rows_before(account)
    for placed in account.first_rejects:
        row = before.get(placed.order[:2], 0) + placed.reject.row + 1
        shown += f"\n  {placed.path} row {row}: {placed.reject.detail}"
    return shown
