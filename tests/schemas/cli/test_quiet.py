import os

import pytest

from schemas.cli.quiet import without_notes
from tests.support.programs import run_python

NOTES = [
    "I0000 00:00:1776.5  12 cpu_feature_guard.cc:227] This TensorFlow binary is optim",
    "2026-11-24 04:07:05.123456: I tensorflow/core/util/port.cc:153] oneDNN",
    "2026-11-24 04:07:05.123456: W tensorflow/stream_executor.cc:1] no TensorRT",
    "WARNING: All log messages before absl::InitializeLog() is called are written",
]
NEWS = [
    "E0000 00:00:1776.5  12 some_file.cc:1] a real error",
    "Traceback (most recent call last):",
    "some library says something",
]


def show(lines):
    os.write(2, "".join(f"{line}\n" for line in lines).encode())


def test_notes_are_left_out_and_all_else_is_passed_on(capfd, monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    with without_notes():
        show([NOTES[0], NEWS[0], *NOTES[1:], *NEWS[1:]])
    assert capfd.readouterr().err.splitlines() == NEWS
    show(NOTES[:1])
    assert capfd.readouterr().err.splitlines() == NOTES[:1]


def test_news_is_passed_on_also_where_the_import_fails(capfd):
    def fail():
        show([NOTES[0], NEWS[0]])
        raise ImportError

    with pytest.raises(ImportError), without_notes():
        fail()
    assert capfd.readouterr().err.splitlines() == NEWS[:1]


@pytest.mark.parametrize(
    ("level", "kept", "shown"),
    [(None, "3", False), ("1", "1", False), ("0", "0", True)],
)
def test_level_of_the_user_is_kept(capfd, monkeypatch, level, kept, shown):
    if level is None:
        monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    else:
        monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", level)
    with without_notes():
        assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == kept
        show(NOTES)
    assert bool(capfd.readouterr().err) == shown


@pytest.mark.skipif(
    os.path.exists("/proc/driver/nvidia"), reason="the message is news with a GPU"
)
def test_a_machine_without_a_gpu_is_no_error(capfd):
    with without_notes():
        show(["E0000 00:00:1776.5  12 cuda.cc:1] failed call to cuInit: no device"])
    assert capfd.readouterr().err == ""


def test_a_process_without_stderr_works_as_well():
    code = (
        "import os, sys; os.close(2); sys.__stderr__ = None\n"
        "from schemas.cli.quiet import without_notes\n"
        "with without_notes(): print('inside')"
    )
    done = run_python("-c", code)
    assert (done.returncode, done.stdout) == (0, "inside\n")
