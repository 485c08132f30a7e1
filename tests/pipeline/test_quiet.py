import logging
import os
import signal

import pytest

from pipeline.quiet import shown_logs
from schemas.cli import stop_signals
from tests.support.programs import run_python


def test_warnings_are_shown_without_the_tracebacks_in_their_text(capsys):
    with shown_logs():
        logging.getLogger("some.library").warning(
            "waiting for %d seconds\n Traceback for above exception (most recent call "
            "last):\n  File x",
            10,
        )
    assert capsys.readouterr().err == ("WARNING some.library: waiting for 10 seconds\n")


def test_what_is_no_news_is_not_shown_and_what_stands_beside_it_is(capsys):
    with shown_logs():
        logging.warning(
            "Resource module is not available for current platform, memory usage "
            "cannot be fetched."
        )
        logging.getLogger("some.library").warning("a resource is not available")
        logging.getLogger("some.library").error("an error")
    assert capsys.readouterr().err == (
        "WARNING some.library: a resource is not available\n"
        "ERROR some.library: an error\n"
    )


def test_what_beam_says_of_a_run_that_a_signal_stopped_is_no_news(capsys):
    beam, other = (logging.getLogger(n) for n in ("apache_beam.runners", "library"))
    with shown_logs(), stop_signals.caught():
        beam.error("before")
        with pytest.raises(stop_signals.Stopped):
            os.kill(os.getpid(), signal.SIGTERM)
        # As C++ tells of an exception that it met in the middle of its work.
        beam.error("pybind11::error_already_set: MISMATCH of original and normalized")
        other.error("after")
        beam_is_heard = logging.getLogger("apache_beam").isEnabledFor(logging.ERROR)
    assert beam_is_heard
    assert capsys.readouterr().err == (
        "ERROR apache_beam.runners: before\nERROR library: after\n"
    )


@pytest.mark.parametrize("with_transform", [False, True])
def test_keras_is_not_loaded_with_tensorflow_and_can_be_later(with_transform):
    done = run_python(
        "-c",
        "import sys\n"
        "from pipeline.quiet import load_libraries\n"
        f"load_libraries(with_transform={with_transform})\n"
        "print('keras' in sys.modules, 'tensorflow' in sys.modules)\n"
        "import keras\n"
        "shape = keras.layers.Dense(2)(keras.ops.ones((1, 3))).shape\n"
        "print(keras.backend.backend(), shape)\n",
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["False True", "tensorflow (1, 2)"]
