"""Keeps the start-up notes of TensorFlow's C++ libraries from users, and no error.

While TensorFlow loads and looks for devices these libraries write to file descriptor
2, some of it before any setting of a log level is heard. Here that output is caught,
the known notes are left out, and the rest is passed on.
"""

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator

_NOTES = re.compile(
    # Lines of the levels information and warning, and absl's word on itself.
    rb"[IW]\d{4} |\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IW] |WARNING: All log messages"
)
# On a machine without an NVIDIA driver this "error" says that there is none.
_NO_DRIVER = re.compile(rb"failed call to cuInit")


@contextlib.contextmanager
def without_notes() -> Iterator[None]:
    """Runs with file descriptor 2 filtered: for imports, since it is shown afterwards.

    What is written later is kept down by TensorFlow's own level. It is 3, not 2: that
    oneDNN falls back to another way on this processor is an "error" there, and errors
    that stop a program are raised in Python.

    A level that the user set in `TF_CPP_MIN_LOG_LEVEL` is kept, and 0 shows everything.
    """
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") == "0":
        yield
        return
    try:
        target = sys.__stderr__.fileno() if sys.__stderr__ is not None else 2
        saved = os.dup(target)
    except (OSError, ValueError):  # There is no stderr to keep clean.
        yield
        return
    with tempfile.TemporaryFile() as caught:
        try:
            os.dup2(caught.fileno(), target)
            yield
        finally:
            os.dup2(saved, target)
            os.close(saved)
            caught.seek(0)
            for line in caught.read().splitlines(keepends=True):
                if not _is_note(line):
                    os.write(target, line)


def _is_note(line: bytes) -> bool:
    if _NO_DRIVER.search(line):
        return not os.path.exists("/proc/driver/nvidia")
    return _NOTES.match(line) is not None
