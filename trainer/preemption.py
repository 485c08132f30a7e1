"""What a training does when a scheduler takes its machine away."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

from schemas.errors import UserError

# EX_TEMPFAIL of BSD's sysexits.h: the same command, run again, goes on.
PREEMPTED = 75


class PreemptedError(UserError):
    """Training was asked to stop, and what it did is saved."""

    exit_status = PREEMPTED


class Notice:
    """Whether the end has been announced.

    Attributes:
      is_given: it has; training saves its state at the next step and stops.
    """

    def __init__(self) -> None:
        self.is_given = False


@contextlib.contextmanager
def sigterm_noticed() -> Iterator[Notice]:
    """Takes the first SIGTERM inside the block for a notice.

    A second one acts as it would have without. Outside of a program's main thread,
    where Python takes no signals, nothing is noticed.
    """
    notice = Notice()
    if threading.current_thread() is not threading.main_thread():
        yield notice
        return
    before: Any = signal.getsignal(signal.SIGTERM)

    def take(signum: int, frame: FrameType | None) -> None:
        notice.is_given = True
        signal.signal(signal.SIGTERM, before)

    signal.signal(signal.SIGTERM, take)
    try:
        yield notice
    finally:
        signal.signal(signal.SIGTERM, before)
