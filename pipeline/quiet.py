"""Keeps start-up noise and what the closing sentence says anyway out of the log."""

import contextlib
import gc
import logging
import sys
from collections.abc import Iterator

from schemas.cli import stop_signals
from schemas.cli.quiet import without_notes

_NO_NEWS = (
    "UserError",
    "Stopped(",
    "No space left on device",
    "Disk quota exceeded",
    "Read-only file system",
    # RunInference says it of Linux too: what it could not import is not `resource` but
    # a manager of models that needs further packages. Only a figure of its metrics is
    # lost.
    "Resource module is not available for current platform",
    # A worker process on this machine has no such folder, and needs none.
    "No semi_persistent_directory found",
)


def load_libraries(with_transform: bool = True) -> None:
    """Imports Beam, TensorFlow and, if needed, tf.Transform without their notes."""
    with without_notes():
        import apache_beam  # noqa: F401

        with _without_keras():
            import tensorflow as tf

        if with_transform:
            import tensorflow_transform.beam  # noqa: F401

        tf.get_logger().setLevel(logging.ERROR)
        tf.config.list_physical_devices()
    # What the imports made stays for good; each full collection would look at it all.
    gc.freeze()


@contextlib.contextmanager
def _without_keras() -> Iterator[None]:
    """Lets TensorFlow be imported without Keras 3, as where that is not installed.

    TensorFlow imports all of it, with scikit-learn and SciPy, for optimizers that a
    SavedModel may hold: a second and 70 MB. No step here uses Keras; whoever imports it
    later has it.
    """
    if "keras" in sys.modules:
        yield
        return
    sys.modules["keras"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["keras"]


@contextlib.contextmanager
def shown_logs() -> Iterator[None]:
    """Shows warnings and errors on stderr, but no error that a user can mend.

    Beam logs the traceback of a step's error before it raises it; where the error is a
    `UserError`, the program closes with its sentence and nothing else.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_Formatter("%(levelname)s %(name)s: %(message)s"))
    handler.addFilter(_is_news)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


class _Formatter(logging.Formatter):
    """Leaves out the tracebacks that Beam puts into the text of its warnings."""

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).partition("\n Traceback for above exception")[0]


def _is_news(record: logging.LogRecord) -> bool:
    # A step that the signal's exception broke; C++ may have made another error of it.
    if stop_signals.received() and record.name.startswith("apache_beam"):
        return False
    text = record.getMessage()
    if record.exc_info and record.exc_info[1] is not None:
        text += repr(record.exc_info[1])
    return not any(part in text for part in _NO_NEWS)
