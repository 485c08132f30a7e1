"""Keeps back a warning of TensorFlow that is wrong about several models in a process.

TensorFlow counts how often functions of one name are traced, in the whole process, and
takes many traces for a mistake in the code. Here each model traces its own once.
"""

import contextlib
import logging
from collections.abc import Iterator


def _is_other(record: logging.LogRecord) -> bool:
    return "triggered tf.function retracing" not in record.getMessage()


@contextlib.contextmanager
def without_retracing_warnings() -> Iterator[None]:
    """Runs with TensorFlow's warnings of retracing left out, and no others."""
    logger = logging.getLogger("tensorflow")
    logger.addFilter(_is_other)
    try:
        yield
    finally:
        logger.removeFilter(_is_other)
