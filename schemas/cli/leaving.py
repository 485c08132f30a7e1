"""The end of a process, also of one whose work was cut short by a signal."""

import atexit
import contextlib
import os
import sys
import threading
from typing import NoReturn

from schemas.cli import stop_signals

# For what libraries do at the end, such as the removal of temporary files.
_LONGEST_SECS = 10.0


def leave(status: int) -> NoReturn:
    """Ends the process with a status.

    Python waits at its end for all threads that are no daemons. Where a signal stopped
    the main thread, those of a library may wait for ever for what it would have done.
    So they are left behind then, after what was registered for the end.

    Args:
      status: what `schemas.cli.command_line.run_program` returned.
    """
    if not stop_signals.received():
        sys.exit(status)
    late = threading.Timer(_LONGEST_SECS, os._exit, (status,))
    late.daemon = True
    late.start()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()
    os._exit(status)
