"""strptime and strftime with English names of months and weekdays, as logs have them.

Both take those of the process' locale. The programs of this project leave that at C,
but what calls their functions may have set its user's.
"""

import contextlib
import datetime
import locale
import threading
from collections.abc import Iterator
from typing import Any

_ENGLISH = ("C", "POSIX")
_turn = threading.Lock()


def parse_dates_like(pattern: str, texts: Any) -> Any:
    """Returns what pandas reads by a strptime pattern, NaT where it does not fit.

    Args:
      pattern: the pattern, or `ISO8601`.
      texts: a Series of text.
    """
    import pandas as pd  # Here, since `--help` would wait for it half its time.

    with _in_english():
        return pd.to_datetime(texts, format=pattern, utc=True, errors="coerce")


def write_date(moment: datetime.datetime, pattern: str) -> str:
    """Returns a moment by a strptime pattern."""
    with _in_english():
        return moment.strftime(pattern)


@contextlib.contextmanager
def _in_english() -> Iterator[None]:
    """Sets the locale back afterwards; threads wait for each other meanwhile."""
    with contextlib.ExitStack() as turn:
        turn.enter_context(_turn)
        before = locale.setlocale(locale.LC_TIME)
        if before in _ENGLISH:
            turn.close()
        else:
            turn.callback(locale.setlocale, locale.LC_TIME, before)
            locale.setlocale(locale.LC_TIME, "C")
        yield
