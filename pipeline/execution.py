"""Runs that leave a whole output or none, and errors of steps in one sentence."""

import contextlib
import re
from collections.abc import Iterator

from pipeline.output import Output
from schemas.errors import UserError

# How Beam shows an error of a step, from this process or from a worker, whose traceback
# goes on after a blank line.
_WORKER_ERROR = re.compile(
    r"schemas\.errors\.UserError: (.*?)(?: \[while running|\n\n|\Z)", re.DOTALL
)
_STEP_NOTE = re.compile(r" \[while running '[^']*'\].*\Z", re.DOTALL)


@contextlib.contextmanager
def filled(output: Output, is_awaited: bool = True) -> Iterator[None]:
    """Prepares an output, and completes or abandons it after the run inside.

    Args:
      output: what the run fills.
      is_awaited: whether the run is over when the block is; one that was only handed
        over completes its output by itself.

    Raises:
      UserError: what a step found that the user can mend; nothing complete was
        written.
    """
    output.prepare()
    try:
        yield
    except KeyboardInterrupt:
        output.abandon()
        raise
    except Exception as error:
        output.abandon()
        sentence = user_sentence(error)
        if sentence is None:
            raise
        raise UserError(sentence) from error
    if is_awaited:
        output.complete()


def user_sentence(error: Exception) -> str | None:
    """Returns the sentence of a `UserError` that a step raised; None for any other."""
    if isinstance(error, UserError):
        return _STEP_NOTE.sub("", str(error))
    found = _WORKER_ERROR.search(str(error))
    return found.group(1).strip() if found else None
