"""Ctrl-C and SIGTERM as one exception, so that a program can clean up on its way out.

A scheduler that wants its machine back sends SIGTERM, waits for some seconds, and then
kills. Python's own answer to SIGTERM is to be gone at once, with no `finally` run.
"""

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

# With what Python does about them unless a program says otherwise. A signal that is
# ignored, as Ctrl-C is for what a shell has put into the background, stays so.
_USUAL: dict[int, Any] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
}

# Until a signal is sent again whose exception went nowhere.
_AGAIN_SECS = 0.01

# Returns False for a signal that the program is to take after all.
Action = Callable[[int], bool | None]


class Stopped(KeyboardInterrupt):
    """A signal has asked the program to end.

    A `KeyboardInterrupt`, so that all that takes Ctrl-C for no error takes SIGTERM so.
    """


@dataclass
class _State:
    """What has happened since the outermost block of `caught` began.

    Attributes:
      depth: of blocks of `caught`.
      received: the last signal that no action took, 0 for none.
      count: of such signals; 0 outside of any block.
      holds: of blocks of `uninterrupted`.
      is_lost: whether Python took the last exception, and none was raised since.
      actions: by signal, what to do in place of raising `Stopped`.
      advice: what to do next, where it is not to run the program again.
    """

    depth: int = 0
    received: int = 0
    count: int = 0
    holds: int = 0
    is_lost: bool = False
    actions: dict[int, Action] = field(default_factory=dict)
    advice: str = ""


_state = _State()


@contextlib.contextmanager
def caught() -> Iterator[None]:
    """Raises `Stopped` in the main thread where a signal arrives inside the block.

    Does nothing in another thread: Python takes signals in its main one alone.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    hook = sys.unraisablehook
    if not _state.depth:
        _state.received = _state.count = 0
        _state.is_lost = False
        _state.advice = ""
        sys.unraisablehook = _again_after(hook)
    _state.depth += 1
    taken = [s for s, usual in _USUAL.items() if signal.getsignal(s) == usual]
    for signum in taken:
        signal.signal(signum, _handle)
    try:
        yield
    finally:
        for signum in taken:
            signal.signal(signum, _USUAL[signum])
        _state.depth -= 1
        if not _state.depth:
            # The next work in this process has nothing to do with it.
            _state.count = 0
        sys.unraisablehook = hook


@contextlib.contextmanager
def on_sigterm(action: Action) -> Iterator[None]:
    """Calls `action` for SIGTERM inside the block, in place of raising `Stopped`.

    For work that ends in order at a place of its own, such as after a step. The program
    goes on after the block, and has to return the exit status that it documents.

    Args:
      action: called in the main thread, between any two of its instructions, with the
        signal; best to set a flag and no more. Where it returns False, `Stopped` is
        raised all the same.
    """
    before = _state.actions.get(signal.SIGTERM)
    with caught():
        _state.actions[signal.SIGTERM] = action
        try:
            yield
        finally:
            del _state.actions[signal.SIGTERM]
            if before is not None:
                _state.actions[signal.SIGTERM] = before


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Lets signals wait until the end of the block, which must be short."""
    before = _state.count
    _state.holds += 1
    try:
        yield
    finally:
        _state.holds -= 1
    if _state.count > before and not _state.holds:
        raise _stopped()


def check() -> None:
    """Raises `Stopped` if a signal has arrived since the outermost `caught` began.

    Whoever was interrupted may have taken the exception for one of its own: Python
    itself does where it arrives in a destructor.
    """
    if _state.count:
        raise _stopped()


def received() -> int:
    """Returns the signal that has asked the program to end, 0 for none."""
    return _state.received


def advise(words: str) -> None:
    """Sets what a program that a signal stopped tells its user to do next."""
    _state.advice = words


def advice() -> str:
    """Returns what the user of a program that was stopped should do next."""
    return _state.advice or "run it again"


def _handle(signum: int, frame: FrameType | None) -> None:
    action = _state.actions.get(signum)
    if action is not None and action(signum) is not False:
        return
    _state.received = signum
    _state.count += 1
    if not _state.holds:
        raise _stopped()


def _again_after(hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Returns a hook that sends a signal again where Python took its exception.

    It does where it arrives in a destructor or in a callback of a weak reference: it
    prints the traceback, and goes on.

    Args:
      hook: for all other exceptions.
    """

    def unraisable(found: Any) -> None:
        if not isinstance(found.exc_value, Stopped):
            hook(found)
            return
        _state.is_lost = True
        # Not here, where it would be taken again.
        again = threading.Timer(_AGAIN_SECS, _send_again)
        again.daemon = True
        again.start()

    return unraisable


def _send_again() -> None:
    main = threading.main_thread().ident
    if _state.depth and _state.is_lost and main is not None:
        signal.pthread_kill(main, _state.received)


def _stopped() -> Stopped:
    _state.is_lost = False
    # With a text: Beam adds a step's name to the first argument of an exception, and
    # makes a RuntimeError of one that has none.
    return Stopped(signal.Signals(_state.received).name)
