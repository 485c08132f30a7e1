"""Runs the project's programs as a user does, each in a process of its own."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import Any

from schemas.errors import UserError

# What the system counts the peak memory of a process in.
PEAK_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024

# A small process between this one and the program: Linux begins the peak of a child
# with that of the process which started it.
_LAUNCHER = """
import json, os, sys
report, *command = sys.argv[1:]
pid = os.spawnv(os.P_NOWAIT, command[0], command)
_, status, usage = os.wait4(pid, 0)
found = usage.ru_utime + usage.ru_stime, usage.ru_maxrss
os.write(int(report), json.dumps([os.waitstatus_to_exitcode(status), *found]).encode())
"""


@dataclass(frozen=True)
class Usage:
    """What a process took.

    Attributes:
      seconds: by the clock.
      cpu_seconds: of all its threads, in user and system mode.
      peak_bytes: the most resident memory.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Reported:
    """What a process took, and what it said of itself.

    Attributes:
      usage: what it took.
      values: the JSON object that it printed.
    """

    usage: Usage
    values: dict[str, Any]


def run_module(module: str, *arguments: str) -> Usage:
    """Runs `python -m module arguments`.

    What it prints goes to stderr, so that stdout holds the tables of the subject
    alone.

    Raises:
      UserError: it failed; what it said of it stands on stderr.
    """
    return run_python("-m", module, *arguments)


def run_python(*arguments: str, stdout: Any = None, python: str | None = None) -> Usage:
    """Runs `python arguments`; see `run_module`.

    Args:
      *arguments: of the interpreter.
      stdout: a file for what it prints; None: stderr.
      python: the interpreter; None: that of this process.

    Raises:
      UserError: it failed.
    """
    started = time.monotonic()
    reading, writing = os.pipe()
    with open(reading) as report:
        try:
            subprocess.run(
                [
                    *(sys.executable, "-S", "-c", _LAUNCHER, str(writing)),
                    *(python or sys.executable, *arguments),
                ],
                stdin=subprocess.DEVNULL,
                stdout=sys.__stderr__ if stdout is None else stdout,
                pass_fds=[writing],
                check=True,
            )
        finally:
            os.close(writing)
        seconds = time.monotonic() - started
        status, cpu_seconds, peak = json.load(report)
    if status:
        command = " ".join(["python", *arguments[:3]])
        raise UserError(
            f"`{command} ...` ended with status {status}; what it said stands "
            "above. Finished runs are kept: mend that and run this again."
        )
    return Usage(seconds, cpu_seconds, peak * PEAK_UNIT_BYTES)


def run_reporting(*arguments: str, python: str | None = None) -> Reported:
    """Runs `python arguments`, a program whose last line is a JSON object.

    Args:
      *arguments: of the interpreter.
      python: as in `run_python`.

    Raises:
      UserError: it failed, or reported nothing.
    """
    with tempfile.TemporaryFile("w+") as stream:
        usage = run_python(*arguments, stdout=stream, python=python)
        stream.seek(0)
        lines = stream.read().splitlines()
    for line in reversed(lines):
        if line.startswith("{"):
            return Reported(usage, json.loads(line))
    raise UserError(f"`python {' '.join(arguments[:3])} ...` reported nothing.")
