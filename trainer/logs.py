"""What the trainer's loggers show to a user of the command line."""

import contextlib
import logging
import sys
from collections.abc import Iterator


class _StderrHandler(logging.Handler):
    """Writes to whatever `sys.stderr` is now, which a test or a bar may have moved."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), file=sys.stderr, flush=True)


@contextlib.contextmanager
def shown_logs(quiet: bool = False) -> Iterator[None]:
    """Shows the trainer's log lines on stderr inside the block.

    They stop at the trainer's logger: libraries put handlers on the root one, which
    would show each line twice.

    Args:
      quiet: show errors only.
    """
    logger = logging.getLogger("trainer")
    before = logger.level, logger.propagate
    handler = _StderrHandler()
    logger.addHandler(handler)
    logger.setLevel(logging.ERROR if quiet else logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]
