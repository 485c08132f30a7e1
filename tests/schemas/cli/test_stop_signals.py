import contextlib
import os
import signal
import sys
import threading
import time
import weakref

import pytest

from schemas.cli import stop_signals
from schemas.cli.command_line import run_program
from schemas.cli.stop_signals import Stopped


def send(signum=signal.SIGTERM):
    os.kill(os.getpid(), signum)


def run(work):
    return run_program(lambda argv: work() or 0, [], "prog")


@pytest.fixture(autouse=True)
def usual():
    """Ctrl-C as at a terminal: what a shell puts into the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("signum", "status", "sentence"),
    [
        (signal.SIGTERM, 143, "prog: stopped by SIGTERM; run it again\n"),
        (signal.SIGINT, 130, "prog: stopped by the user\n"),
    ],
)
def test_a_signal_ends_a_program_in_order(signum, status, sentence, capsys):
    cleaned = []

    def work():
        try:
            send(signum)
        finally:
            cleaned.append(True)

    assert run(work) == status
    assert cleaned
    assert capsys.readouterr() == ("", sentence)


def test_a_program_may_say_what_to_do_in_place_of_running_it_again(capsys):
    def work():
        stop_signals.advise("follow the job")
        send()

    assert run(work) == 143
    assert capsys.readouterr().err == "prog: stopped by SIGTERM; follow the job\n"
    assert run(send) == 143
    assert capsys.readouterr().err == "prog: stopped by SIGTERM; run it again\n"


def test_what_others_make_of_the_exception_does_not_matter(capsys):
    def work():
        try:
            send()
        except KeyboardInterrupt as error:
            raise RuntimeError("a worker failed") from error

    assert run(work) == 143
    assert "RuntimeError" not in capsys.readouterr().err


def test_an_exception_that_was_lost_is_raised_at_the_next_check(capsys):
    def work():
        with contextlib.suppress(BaseException):
            send()
        stop_signals.check()
        raise AssertionError("the check let it pass")

    assert run(work) == 143


def test_a_program_that_ends_well_all_the_same_has_its_own_status():
    def work():
        try:
            send()
        except KeyboardInterrupt:
            return 0

    assert run(work) == 0


def test_signals_wait_for_the_end_of_what_must_not_be_interrupted():
    done = []

    def work():
        with stop_signals.uninterrupted():
            with stop_signals.uninterrupted():
                send()
                done.append("inner")
            done.append("outer")
        done.append("too late")

    assert run(work) == 143
    assert done == ["inner", "outer"]


def test_cleaning_up_is_not_cut_short_by_a_second_signal():
    done = []

    def work():
        try:
            send()
        finally:
            with stop_signals.uninterrupted():
                send()
                done.append("cleaned")

    assert run(work) == 143
    assert done == ["cleaned"]


def test_an_error_inside_is_not_hidden_by_a_signal():
    def work():
        with stop_signals.uninterrupted():
            send()
            raise ZeroDivisionError

    with stop_signals.caught(), pytest.raises(ZeroDivisionError):
        work()


def test_a_command_may_have_other_plans_for_sigterm():
    asked = []

    def work():
        with stop_signals.on_sigterm(asked.append):
            send()
            send()
        stop_signals.check()
        return 75

    assert run(work) == 75
    assert asked == [signal.SIGTERM] * 2


def test_other_plans_end_with_their_block():
    def work():
        with stop_signals.on_sigterm(lambda signum: None):
            pass
        send()

    assert run(work) == 143


def test_other_plans_work_without_a_program_too():
    asked = []
    with stop_signals.on_sigterm(asked.append):
        send()
    assert asked == [signal.SIGTERM]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_one_program_does_not_inherit_the_signals_of_another():
    assert run(send) == 143
    assert run(stop_signals.check) == 0


def test_handlers_are_those_of_before_afterwards():
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    assert run(lambda: None) == 0
    assert before == (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT))


def test_a_signal_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        assert run(send) == 0
    finally:
        signal.signal(signal.SIGTERM, before)


def test_another_thread_runs_programs_without_signals():
    found = []
    thread = threading.Thread(target=lambda: found.append(run(lambda: None)))
    thread.start()
    thread.join()
    assert found == [0]


def test_the_exception_has_a_text_for_beam_to_add_to():
    with stop_signals.caught(), pytest.raises(Stopped, match=r"^SIGTERM$") as caught:
        send()
    assert caught.value.args == ("SIGTERM",)


class EndedBySignal:
    """A signal arrives in its destructor."""

    def __del__(self):
        signal.raise_signal(signal.SIGTERM)


class Watched:
    """What a weak reference watches."""


def in_a_destructor():
    EndedBySignal()


def in_a_callback():
    watched = Watched()
    reference = weakref.ref(watched, lambda _: signal.raise_signal(signal.SIGTERM))
    del watched
    assert reference() is None


@pytest.mark.parametrize("arrives", [in_a_destructor, in_a_callback])
def test_a_signal_that_python_itself_takes_is_sent_again_and_not_printed(
    arrives, capsys
):
    def work_on():
        arrives()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            time.sleep(0.001)

    hook = sys.unraisablehook
    with pytest.raises(Stopped, match="SIGTERM"), stop_signals.caught():
        work_on()
    assert capsys.readouterr().err == ""
    assert sys.unraisablehook is hook


def test_other_errors_in_a_destructor_are_shown_as_ever(monkeypatch):
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", seen.append)

    class Broken:
        def __del__(self):
            raise ValueError("broken")

    with stop_signals.caught():
        Broken()
    assert [str(one.exc_value) for one in seen] == ["broken"]


def test_a_signal_says_nothing_of_what_is_done_after_the_block():
    with pytest.raises(stop_signals.Stopped), stop_signals.caught():
        os.kill(os.getpid(), signal.SIGTERM)
    stop_signals.check()
    with stop_signals.uninterrupted():
        pass
    # How the process ends is still asked.
    assert stop_signals.received() == signal.SIGTERM
    with stop_signals.caught():
        assert not stop_signals.received()
