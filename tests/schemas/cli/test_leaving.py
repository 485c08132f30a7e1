"""How a process ends, stopped by a signal or not."""

import textwrap

import pytest

from tests.support.programs import run_python

# A thread that waits for ever, as one of a library does for what was interrupted.
PROGRAM = """
    import atexit, os, signal, sys, threading
    from schemas.cli.command_line import run_program
    from schemas.cli.leaving import leave

    def work(argv):
        atexit.register(print, "at the end")
        print("at work")
        {work}
        return 5

    leave(run_program(work, [], "prog"))
"""
WAITS = "threading.Thread(target=threading.Event().wait).start()"
STOPS = "os.kill(os.getpid(), signal.SIGTERM)"
LATE = "atexit.register(threading.Event().wait)"


@pytest.mark.parametrize(
    ("work", "status", "said"),
    [
        ("pass", 5, ""),
        (STOPS, 143, "prog: stopped by SIGTERM; run it again\n"),
        (f"{WAITS}; {STOPS}", 143, "prog: stopped by SIGTERM; run it again\n"),
    ],
    ids=["well", "stopped", "stopped beside a thread"],
)
def test_the_status_is_that_of_the_program_and_what_is_registered_runs(
    work, status, said
):
    done = run_python("-c", textwrap.dedent(PROGRAM).format(work=work))
    assert (done.returncode, done.stderr) == (status, said)
    assert done.stdout == "at work\nat the end\n"


def test_what_hangs_at_the_end_is_left_behind():
    program = textwrap.dedent(PROGRAM).format(work=f"{LATE}; {STOPS}")
    program = program.replace("leave(run", "leaving._LONGEST_SECS = 0.1; leave(run")
    done = run_python("-c", f"from schemas.cli import leaving\n{program}")
    assert done.returncode == 143
    assert done.stderr == "prog: stopped by SIGTERM; run it again\n"
