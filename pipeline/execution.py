"""Runs that leave a whole output or none, and errors of steps in one sentence."""

import contextlib
import re
import tempfile
from collections.abc import Iterator

from pipeline.output import Output
from schemas.cli import stop_signals
from schemas.errors import UsageError, UserError

# How Beam shows an error of a step, from this process or from a worker, whose traceback
# goes on after a blank line.
_WORKER_ERROR = re.compile(
    r"schemas\.errors\.UserError: (.*?)(?: \[while running|\n\n|\Z)", re.DOTALL
)
_STEP_NOTE = re.compile(r" \[while running '[^']*'\].*\Z", re.DOTALL)
# TensorFlow and Arrow write too, and have errors of their own, of which some name the
# file. These words are the system's.
_UNWRITABLE = re.compile(
    r"(?:(?P<before>/\S+?)[;:,]? )?"
    r"(?P<reason>No space left on device|Disk quota exceeded|Read-only file system)"
    r"(?:: '(?P<after>[^']+)')?"
)


@contextlib.contextmanager
def filled(output: Output, untouched: bool = False) -> Iterator[None]:
    """Prepares an output, and completes or abandons it after the run inside.

    Args:
      output: what the run fills.
      untouched: leaves it alone, since the run only checks its settings.

    Raises:
      UserError: what a step found that the user can mend; nothing complete was
        written.
    """
    if untouched:
        yield
        return
    try:
        with stop_signals.uninterrupted():
            output.prepare()
        yield
        # Beam may have taken a signal's exception for one of its own.
        stop_signals.check()
        with stop_signals.uninterrupted():
            output.complete()
    except BaseException as error:
        with stop_signals.uninterrupted():
            output.abandon()
        if not isinstance(error, Exception) or isinstance(error, UsageError):
            raise
        sentence = user_sentence(error)
        if sentence is None:
            raise
        raise UserError(sentence) from error


def user_sentence(error: Exception) -> str | None:
    """Returns the sentence of an error that the user can mend; None for any other.

    Args:
      error: a `UserError` that a step raised, or any error that tells of a disk that is
        full or can't be written, whatever the engine has made of it.
    """
    text = str(error)
    if isinstance(error, UserError):
        return _STEP_NOTE.sub("", text)
    if found := _WORKER_ERROR.search(text):
        return found.group(1).strip()
    if found := _UNWRITABLE.search(text):
        place = found["before"] or found["after"] or "a file"
        return (
            f"cannot write {place}: {found['reason']}; make room for the output and "
            f"in {tempfile.gettempdir()} (TMPDIR), or choose other places, and run it "
            "again."
        )
    return None
