"""A live line that says which part of the pipeline is at work.

Beam's in-process engine names the stage it runs in its debug log, and says nothing else
meanwhile; Dataflow's client passes on what the service says of the job.
"""

import contextlib
import logging
import re
import sys
import time
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from pipeline import live_counts

# Where each engine tells what it is at, and how much of its log is needed for that.
_LOGGERS = {
    "apache_beam.runners.portability.fn_api_runner": logging.DEBUG,
    "apache_beam.runners.dataflow.dataflow_runner": logging.INFO,
}
# What begins a message that names a stage.
_BUNDLE = "Running bundle for stage"
_OPERATION = "Executing operation"
_STATE = "Job %s is in state"
_JOB = "the job is"

Stages = Sequence[tuple[str, str]]

# The step whose name stands in a stage's name, and what it does, in words; the first
# one begins the run.
DATA_SET_STAGES: Stages = (
    ("ReadBlocks", "reading reviews"),
    ("BuildHistories", "sorting histories"),
    ("CountTraining", "counting items and days"),
    ("Analyze", "learning vocabulary and day buckets"),
    ("ToIds", "turning items and days into ids"),
    ("WriteShards", "writing TFRecords"),
    ("MergeValues|MakeTable|LearnValues", "writing the attributes of items"),
    ("MakeManifest", "writing the manifest"),
)
RECOMMEND_STAGES: Stages = (
    ("ReadBlocks", "reading reviews"),
    ("MakeRequests", "sorting histories"),
    ("AskModel", "asking the model and writing its answers"),
    ("MakeManifest", "writing the manifest"),
)


@contextlib.contextmanager
def stage_display(stages: Stages, quiet: bool = False) -> Iterator[None]:
    """Shows the stages of a run: a live line on a terminal, plain lines elsewhere.

    Args:
      stages: the words for the stages of this pipeline.
      quiet: shows nothing.
    """
    if quiet:
        yield
        return
    console = Console(stderr=True, highlight=False)
    with contextlib.ExitStack() as stack:
        live = _Live() if sys.stderr.isatty() else None
        if live is not None:
            # Drawn anew ten times a second, by a thread of Rich's.
            stack.enter_context(console.status(live, refresh_per_second=10))
        handler = _StageHandler(stages, console, live)
        for name, level in _LOGGERS.items():
            stack.enter_context(_handled(logging.getLogger(name), level, handler))
        yield


@contextlib.contextmanager
def _handled(
    logger: logging.Logger, level: int, handler: logging.Handler
) -> Iterator[None]:
    """Gives all records of a logger, from a level on, to one handler alone."""
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(level)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]


class _Live:
    """The text of the live line, as it is at the moment at which it is drawn."""

    def __init__(self) -> None:
        self.stage = _Stage("starting")

    def __rich__(self) -> Text:
        return Text(f"{self.stage.name} ({self.stage.so_far()})")


class _Stage:
    """A stage at work: since when, and how many rows were read meanwhile."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._start = time.monotonic()
        self._rows = live_counts.rows()

    def so_far(self) -> str:
        """Returns the seconds and, where rows were read, how many and how fast."""
        seconds = time.monotonic() - self._start
        read = self.rows_read()
        return f"{seconds:.0f} s, {read}" if read else f"{seconds:.0f} s"

    def rows_read(self) -> str:
        """Returns the rows read since the start and a second; empty for none."""
        rows = live_counts.rows() - self._rows
        seconds = max(time.monotonic() - self._start, 0.001)
        return f"{rows:,} rows, {rows / seconds:,.0f} rows a second" if rows else ""


class _StageHandler(logging.Handler):
    """Turns the engine's log records into the display."""

    def __init__(self, stages: Stages, console: Console, live: _Live | None) -> None:
        super().__init__(logging.DEBUG)
        self._stages = stages
        self._console = console
        self._live = live
        self._started = time.monotonic()
        self._at = _Stage("starting")
        self._shown: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            logging.getLogger().handle(record)
            return
        name = _words_of(record, self._stages)
        # The engine begins with small stages of all parts, such as their constants.
        started = (
            bool(self._shown)
            or name == self._stages[0][1]
            or name.startswith("the job")
        )
        if not name or name in self._shown or not started:
            return
        self._shown.add(name)
        before, self._at = self._at, _Stage(name)
        if self._live is not None:
            self._live.stage = self._at
            return
        seconds = time.monotonic() - self._started
        if read := before.rows_read():
            self._console.print(f"{seconds:6.1f} s  {read}")
        self._console.print(f"{seconds:6.1f} s  {name}")


def _words_of(record: logging.LogRecord, stages: Stages) -> str:
    """Returns what a record says is at work; the empty text where it says nothing."""
    message = str(record.msg)
    if message.startswith(_BUNDLE):
        return stage_in_words(str(record.args), stages)
    if _OPERATION in message:
        return stage_in_words(message, stages)
    if message.startswith(_STATE) and isinstance(record.args, tuple):
        return f"{_JOB} {str(record.args[-1]).removeprefix('JOB_STATE_').lower()}"
    return ""


def stage_in_words(stage: str, stages: Stages) -> str:
    """Returns what a stage does; the empty text where it is none of the telling ones.

    Args:
      stage: the engine's name of a stage, made of the names of its steps.
      stages: the telling steps and their words.
    """
    for pattern, words in stages:
        if re.search(pattern, stage):
            return words
    return ""
