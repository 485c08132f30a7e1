"""Worker processes of a run that is stopped end too, and spoil nothing."""

import signal
import time
from pathlib import Path

import pytest

from tests.faults.kill.programs import Program
from tests.faults.kill.test_data_sets import FLAGS, same
from tests.support.small_reviews import rows, write

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc"),
]

_WORKER = b"worker_process"
_LONGEST_SECS = 300


def workers(temporary):
    """Returns the worker processes whose folder for temporary files is this one."""
    mark = f"TMPDIR={temporary}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            if _WORKER in command and mark in (process / "environ").read_bytes():
                found.append(int(process.name))
        except OSError:
            continue  # Gone, or another's.
    return found


def wait(condition):
    deadline = time.monotonic() + _LONGEST_SECS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM], ids=["kill", "term"])
def test_workers_end_with_the_run(tmp_path, sent):
    data, temporary = tmp_path / "data", tmp_path / "temporary"
    reviews = write(tmp_path / "reviews.csv", rows(300, 9))
    arguments = ("pipeline", f"--input={reviews}", f"--output={data}", *FLAGS)
    processes = (
        "--direct_num_workers=2",
        "--direct_running_mode=multi_processing",
    )
    program = Program((*arguments, *processes), data / ".partial", temporary)
    with program.start() as process:
        try:
            wait(lambda: len(workers(temporary)) >= 2)
            process.send_signal(sent)
            # To a file's end, which the workers have open too.
            process.wait(_LONGEST_SECS)
        finally:
            process.kill()
    assert not (data / "manifest.json").exists()
    if sent == signal.SIGTERM:
        assert process.returncode == 128 + signal.SIGTERM
        assert workers(temporary) == []
        assert not data.exists()
    # At once, while some may still be at work.
    again = Program(arguments, data / ".partial", tmp_path / "again").run()
    assert again.status == 0, again.stderr
    wait(lambda: workers(temporary) == [])
    alone = Program(
        ("pipeline", f"--input={reviews}", f"--output={tmp_path}/alone", *FLAGS),
        tmp_path / "alone" / ".partial",
        tmp_path / "again",
    )
    assert alone.run().status == 0
    assert same(data) == same(tmp_path / "alone")
