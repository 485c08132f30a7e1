"""What the command lines of both programs share.

Flags are spelled out in full, an unknown one is an error that names the nearest
known one, and whatever the user can mend ends in one sentence on stderr.
"""

import argparse
import codecs
import errno
import io
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from schemas.cli import stop_signals
from schemas.errors import UsageError, UserError, did_you_mean

_FULL = (errno.ENOSPC, errno.EDQUOT)
_STOPPED: dict[int, str] = {
    signal.SIGINT: "stopped by the user",
    signal.SIGTERM: "stopped by SIGTERM; {advice}",
}


class Parser(argparse.ArgumentParser):
    """An argument parser that raises `UsageError` and never abbreviates."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("allow_abbrev", False)
        # Examples keep their lines.
        kwargs.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        """Raises `UsageError` with argparse's own sentence."""
        raise UsageError(f"{message} (see `{self.prog} --help`)")

    def flags(self) -> list[str]:
        """Returns every flag of this parser, for suggestions."""
        return [option for action in self._actions for option in action.option_strings]

    def commands(self) -> dict[str, "Parser"]:
        """Returns the parsers of the subcommands, by name."""
        return {
            name: command
            for action in self._actions
            if isinstance(action, argparse._SubParsersAction)
            for name, command in action.choices.items()
        }

    def switches(self) -> set[str]:
        """Returns the flags that take no value."""
        return {
            option
            for action in self._actions
            if action.nargs == 0
            for option in action.option_strings
        }

    def parse_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> argparse.Namespace:
        """Parses all of `args`; an unknown flag is an error with the nearest one."""
        parsed: argparse.Namespace
        parsed, rest = self.parse_known_args(args, namespace)
        if rest:
            raise unknown_argument(rest[0], self.flags(), self.prog)
        return parsed


def unknown_argument(argument: str, known: Iterable[str], prog: str) -> UsageError:
    """Returns the error for an argument that nothing takes.

    Args:
      argument: the argument as typed, `--flag` or `--flag=value` or a bare word.
      known: the flags that would have been taken.
      prog: the program, for the hint at its help.
    """
    name = argument.split("=", 1)[0]
    if not name.startswith("-"):
        return UsageError(
            f"{argument!r} stands where no value is expected; put it behind its flag "
            f"or in quotes (see `{prog} --help`)"
        )
    hint = did_you_mean(name, known, f"see `{prog} --help`")
    return UsageError(f"unknown flag {name}; {hint}")


def run_program(
    main: Callable[[Sequence[str]], int], argv: Sequence[str], prog: str
) -> int:
    """Runs `main(argv)` and turns what the user can mend into one sentence.

    Ctrl-C and SIGTERM raise `stop_signals.Stopped` where the main thread is, so that
    what was begun is cleaned up; a command with other plans for SIGTERM says so by
    `stop_signals.on_sigterm`.

    Returns:
      The exit status: `main`'s own, a `UserError`'s, 1 where a disk is full, 130 for
      Ctrl-C, 143 for SIGTERM, or 141 where what reads stdout has gone, as `head` does;
      the last three are what shells give for the signals.
    """
    # A locale whose encoding lacks a character is no reason to fail.
    if isinstance(sys.stdout, io.TextIOWrapper) and (
        sys.stdout.errors == "strict"
        # As in the locale C, where only bytes that are no text would come through.
        or codecs.lookup(sys.stdout.encoding).name != "utf-8"
    ):
        sys.stdout.reconfigure(errors="backslashreplace")
    with stop_signals.caught():
        try:
            status = main(argv)
            if sys.stdout is not None:  # As where a shell has closed it by `>&-`.
                sys.stdout.flush()
            return status
        except (Exception, KeyboardInterrupt) as error:
            with stop_signals.uninterrupted():
                ended = _ended_by(error, prog)
            if ended is None:
                raise
            return ended


def _ended_by(error: BaseException, prog: str) -> int | None:
    """Says what ended a program; returns its exit status, None for a defect."""
    # First, since others may have made an exception of their own of the signal's.
    if stop_signals.received() or isinstance(error, KeyboardInterrupt):
        signum = stop_signals.received() or signal.SIGINT
        words = _STOPPED[signum].format(advice=stop_signals.advice())
        print(f"{prog}: {words}", file=sys.stderr)
        return 128 + signum
    if isinstance(error, UserError):
        print(f"{prog}: {error}", file=sys.stderr)
        return error.exit_status
    if isinstance(error, BrokenPipeError):
        _silence_stdout()
        return 141
    if isinstance(error, OSError) and error.errno in _FULL:
        _silence_stdout()
        name = error.filename or "what was being written"
        print(
            f"{prog}: {name} cannot be completed ({error.strerror}); make room and "
            "run it again",
            file=sys.stderr,
        )
        return 1
    return None


def _silence_stdout() -> None:
    """Python flushes stdout once more when it ends, and would complain again."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
