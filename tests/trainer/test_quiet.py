import os
import sys

import pytest

from tests.support.programs import run_python
from trainer.quiet import _is_note, _without_notes


@pytest.mark.parametrize(
    ("line", "is_note"),
    [
        (b"I0000 00:00:1 1 cudart_stub.cc:31] Could not find cuda drivers\n", True),
        (b"W0000 00:00:1 1 computation_placer.cc:177] already registered\n", True),
        (b"WARNING: All log messages before absl::InitializeLog() is called\n", True),
        (b"2026-11-24 03:30:00.123456: I tensorflow/core/util/port.cc:153] x\n", True),
        (b"2026-11-24 03:30:00.123456: E external/local_xla/x.cc:1] bad\n", False),
        (b"E0000 00:00:1 1 gpu_device.cc:9] out of memory\n", False),
        (b"ImportError: libcudart.so.12: cannot open shared object\n", False),
    ],
)
def test_notes_are_told_from_errors(line: bytes, is_note: bool) -> None:
    assert _is_note(line) is is_note


def test_errors_pass_and_notes_do_not(capfd: pytest.CaptureFixture[str]) -> None:
    with _without_notes():
        os.write(2, b"I0000 a note\nE0000 an error\n")
    assert capfd.readouterr().err == "E0000 an error\n"


def test_an_import_that_fails_shows_what_it_said(
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fail() -> None:
        os.write(2, b"cannot load\n")
        raise ImportError("broken")

    with pytest.raises(ImportError, match="broken"), _without_notes():
        fail()
    assert capfd.readouterr().err == "cannot load\n"


def test_works_without_a_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "__stderr__", None)
    with _without_notes():
        pass


@pytest.mark.slow
def test_a_start_is_silent() -> None:
    script = "from trainer.quiet import load_tensorflow; load_tensorflow()"
    done = run_python("-c", script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
