"""Programs that are killed: started as a user does, stopped at a chosen moment."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.programs import ROOT

# No wait is longer; a program that hangs fails its test in place of the suite's limit.
_LONGEST_SECS = 300
_POLL_SECS = 0.002


@dataclass(frozen=True)
class Ended:
    """What a program left.

    Attributes:
      status: its exit status; minus the signal where the system ended it.
      stderr: what it said.
    """

    status: int
    stderr: str


@dataclass(frozen=True)
class Program:
    """A command, what shows that it has begun, and a world of its own.

    Attributes:
      arguments: behind `python -m`.
      begun: a path that changes in the first moment in which the output is touched; the
        imports, which are most of a short run, are over then.
      temporary: the folder for temporary files.
    """

    arguments: tuple[str, ...]
    begun: Path
    temporary: Path

    def start(self) -> subprocess.Popen[str]:
        """Starts the program."""
        self.temporary.mkdir(exist_ok=True)
        inherited = dict(os.environ)
        inherited.pop("TF_USE_LEGACY_KERAS", None)
        return subprocess.Popen(
            [sys.executable, "-m", *self.arguments],
            cwd=ROOT,
            env={**inherited, "TMPDIR": str(self.temporary)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self) -> Ended:
        """Runs it to its end."""
        with self.start() as process:
            return _ended(process)

    def seconds(self) -> float:
        """Runs it to its end, and returns how long it took from when it had begun."""
        before = _state(self.begun)
        with self.start() as process:
            assert self.waits(process, before), "the program never touched its output"
            begun = time.monotonic()
            ended = _ended(process)
        assert ended.status == 0, ended.stderr
        return time.monotonic() - begun

    def stopped(self, sent: signal.Signals, moment: float) -> Ended | None:
        """Starts it, and sends a signal `moment` seconds after it had begun.

        Returns:
          What it left; None if it was over before.
        """
        before = _state(self.begun)
        with self.start() as process:
            if not self.waits(process, before):
                return None
            deadline = time.monotonic() + moment
            while time.monotonic() < deadline and process.poll() is None:
                time.sleep(_POLL_SECS)
            if process.poll() is not None:
                return None
            process.send_signal(sent)
            ended = _ended(process)
        # Between the last look and the signal, too.
        return ended if ended.status else None

    def waits(
        self, process: subprocess.Popen[str], before: tuple[int, ...] = ()
    ) -> bool:
        """Waits until a program has begun; returns False where it has ended.

        Args:
          process: the program.
          before: the state of `begun` before it was started, if that was there.
        """
        deadline = time.monotonic() + _LONGEST_SECS
        while _state(self.begun) in ((), before):
            if process.poll() is not None:
                return False
            assert time.monotonic() < deadline, "the program does not begin"
            time.sleep(_POLL_SECS)
        return True


def moments(seed: int, number: int, seconds: float) -> Iterator[float]:
    """Yields random moments of a run, one in each of `number` equal parts of it."""
    generator = random.Random(seed)
    for part in range(number):
        yield (part + generator.random()) / number * seconds


def _state(path: Path) -> tuple[int, ...]:
    """Returns what changes with a folder; nothing where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns


def _ended(process: subprocess.Popen[str]) -> Ended:
    try:
        _, stderr = process.communicate(timeout=_LONGEST_SECS)
    finally:
        process.kill()
    return Ended(process.returncode, stderr)
