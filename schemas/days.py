"""Days as numbers: since 1970-01-01, UTC."""

import datetime

_EPOCH = datetime.date(1970, 1, 1)


def day_number(date: datetime.date) -> int:
    """Returns the days since 1970-01-01."""
    return (date - _EPOCH).days


def iso_date(day: int) -> str:
    """Returns the ISO date of a number of days since 1970-01-01."""
    return (_EPOCH + datetime.timedelta(days=day)).isoformat()
