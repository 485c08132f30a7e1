"""`--print_completion SHELL`: the script by which a shell completes a program.

A shell completes what a command is called by, and `python -m pipeline` is called
`python`. So the scripts are those of the commands that an installation adds, such as
`seamstress-pipeline`.
"""

import argparse
from collections.abc import Callable, Sequence
from typing import Any

SHELLS = ("bash", "zsh")

# What a flag's value is, by the name that help gives it.
_FOLDERS = frozenset({"DATA", "DIR", "FOLDER", "RUN", "RUN/model"})
_FILES = frozenset({"FILE", "FILE.json", "GLOB", "CONFIG", "NAME|FILE"})


def add_completion_flag(
    parser: argparse.ArgumentParser,
    script: str,
    make: Callable[[], argparse.ArgumentParser],
    library: Callable[[], Any],
) -> None:
    """Adds the flag, which prints and ends as `--help` does.

    Args:
      parser: what takes the flag.
      script: the command that is completed.
      make: returns the parser of all that is completed, with `script` as its name.
      library: imports the module `shtab`, which this package does not know and `--help`
        need not wait for.
    """
    parser.add_argument(
        "--print_completion",
        action=_PrintCompletion,
        choices=SHELLS,
        make=make,
        library=library,
        help=f"print the script by which a shell completes `{script}`, and end",
    )


class _PrintCompletion(argparse.Action):
    """Prints the script of a shell."""

    def __init__(
        self,
        option_strings: Sequence[str],
        dest: str,
        make: Callable[[], argparse.ArgumentParser],
        library: Callable[[], Any],
        **kwargs: Any,
    ) -> None:
        # As --help it leaves no trace in what was parsed.
        kwargs["default"] = argparse.SUPPRESS
        super().__init__(option_strings, dest, **kwargs)
        self._make = make
        self._library = library

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        completed, library = self._make(), self._library()
        _mark_paths(completed, library)
        print(library.complete(completed, values))
        parser.exit()


def _mark_paths(parser: argparse.ArgumentParser, library: Any) -> None:
    """Says which values are files and folders, where shtab looks for it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                _mark_paths(command, library)
        elif action.metavar in _FOLDERS:
            action.complete = library.DIRECTORY  # type: ignore[attr-defined]
        elif action.metavar in _FILES:
            action.complete = library.FILE  # type: ignore[attr-defined]
