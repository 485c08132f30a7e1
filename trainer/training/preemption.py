"""What a training does when a scheduler takes its machine away."""

import contextlib
from collections.abc import Iterator

from schemas.cli import stop_signals
from schemas.errors import UserError

# EX_TEMPFAIL of BSD's sysexits.h: the same command, run again, goes on.
PREEMPTED = 75


class PreemptedError(UserError):
    """Training was asked to stop, and what it did is saved."""

    exit_status = PREEMPTED


def stopped_after(what: str) -> PreemptedError:
    """Returns the error of a command that ends between two trainings."""
    return PreemptedError(
        f"stopped by SIGTERM after {what}; run the same command again to go on."
    )


class Notice:
    """Whether the end has been announced.

    Attributes:
      is_given: it has; training saves its state at the next step and stops.
    """

    def __init__(self) -> None:
        self.is_given = False


@contextlib.contextmanager
def sigterm_noticed(notice: Notice | None = None) -> Iterator[Notice]:
    """Takes the first SIGTERM inside the block for a notice; a second one ends it.

    Outside of a program's main thread, where Python takes no signals, nothing is
    noticed.

    Args:
      notice: the one to give, for callers that must know behind the block, too; None
        makes one.
    """
    notice = notice or Notice()

    def take(signum: int) -> bool:
        is_first = not notice.is_given
        notice.is_given = True
        return is_first

    with stop_signals.on_sigterm(take):
        yield notice
