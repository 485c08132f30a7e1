"""A live line that says which part of the pipeline is at work.

Beam's in-process engine names the stage it runs in its debug log, and says nothing else
meanwhile; another runner has a display of its own.
"""

import contextlib
import logging
import re
import sys
import time
from collections.abc import Iterator, Sequence

from rich.console import Console

_ENGINE_LOGGER = "apache_beam.runners.portability.fn_api_runner"
_MARK = "Running bundle for stage"

Stages = Sequence[tuple[str, str]]

# The step whose name stands in a stage's name, and what it does, in words; the first
# one begins the run.
DATA_SET_STAGES: Stages = (
    ("ReadBlocks", "reading reviews"),
    ("BuildHistories", "sorting histories"),
    ("CutTrainingWindows", "cutting windows"),
    ("Analyze", "learning vocabulary and day buckets"),
    ("Transform(Train|Eval|Test)", "turning items and days into ids"),
    ("WriteShards", "writing TFRecords"),
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
    logger = logging.getLogger(_ENGINE_LOGGER)
    level, propagate = logger.level, logger.propagate
    with contextlib.ExitStack() as stack:
        status = None
        if sys.stderr.isatty():
            status = stack.enter_context(console.status("starting"))
        handler = _StageHandler(stages, console, status)
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        try:
            yield
        finally:
            logger.removeHandler(handler)
            logger.setLevel(level)
            logger.propagate = propagate


class _StageHandler(logging.Handler):
    """Turns the engine's log records into the display."""

    def __init__(self, stages: Stages, console: Console, status: object) -> None:
        super().__init__(logging.DEBUG)
        self._stages = stages
        self._console = console
        self._status = status
        self._started = time.monotonic()
        self._shown: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING:
            logging.getLogger().handle(record)
            return
        if not str(record.msg).startswith(_MARK):
            return
        name = stage_in_words(str(record.args), self._stages)
        # The engine begins with small stages of all parts, such as their constants.
        started = bool(self._shown) or name == self._stages[0][1]
        if not name or name in self._shown or not started:
            return
        self._shown.add(name)
        seconds = time.monotonic() - self._started
        if self._status is not None:
            self._status.update(f"{name} ({seconds:.0f} s)")  # type: ignore[attr-defined]
        else:
            self._console.print(f"{seconds:6.1f} s  {name}")


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
