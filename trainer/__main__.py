"""`python -m trainer`: train, evaluate, compare, tune, report, predict and inspect.

Usage:
    python -m trainer train --data DATA --output RUN
    python -m trainer evaluate --run RUN --data DATA
    python -m trainer compare --data DATA --output FOLDER --configs quick
    python -m trainer tune --data DATA --output FOLDER --model transformer
    python -m trainer report --run RUN
    python -m trainer predict --model RUN/model --history 2016-04-20:2260466
    python -m trainer inspect RUN
"""

import sys
from collections.abc import Collection, Sequence
from importlib import import_module
from typing import Any, NoReturn

from schemas.cli.command_line import Parser, run_program, unknown_argument
from schemas.cli.completion import add_completion_flag
from schemas.cli.leaving import leave
from schemas.errors import UsageError
from trainer.logs import shown_logs
from trainer.quiet import load_tensorflow

PROG = "python -m trainer"
# The command that an installation adds.
SCRIPT = "seamstress-trainer"

COMMANDS = {
    "train": "learn from a data set and export the model",
    "evaluate": "measure a run beside simple baselines",
    "compare": "measure several models and baselines in one table",
    "tune": "search for good settings on the eval split",
    "report": "make a run's page of charts again",
    "predict": "recommend items for raw histories",
    "inspect": "say what a run holds, and show windows that it learned from",
}
_WITHOUT_TENSORFLOW = frozenset({"inspect"})

_EPILOG = """\
example:
  python -m trainer train --data data --output run --config quick

`python -m trainer COMMAND --help` says what a command takes, with an example."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command.

    Args:
      argv: the arguments; None takes those of the process.

    Returns:
      The exit status: 0, 1 where something the user can mend stopped the work, 2
      where the command line is wrong, or 75 where SIGTERM stopped a training that the
      same command goes on with; other signals as in `run_program`. `--help` alone
      raises `SystemExit`.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    return run_program(_run, arguments, PROG)


def make_parser(
    prog: str = PROG, commands: Collection[str] = tuple(COMMANDS)
) -> Parser:
    """Returns the parser of the command line.

    Args:
      prog: the program, as help and messages name it.
      commands: those whose flags are known to it; the modules of the others, and what
        they import, are not loaded.
    """
    parser = Parser(
        prog=prog, description="Trains and uses next-item models.", epilog=_EPILOG
    )
    add_completion_flag(parser, SCRIPT, lambda: make_parser(SCRIPT), completion_library)
    added = parser.add_subparsers(
        dest="command", metavar="COMMAND", title="commands", parser_class=Parser
    )
    for name, meaning in COMMANDS.items():
        sentence = f"{meaning[0].upper()}{meaning[1:]}."
        command = added.add_parser(name, help=meaning, description=sentence)
        if name in commands:
            module = import_module(f"trainer.commands.{name}")
            module.add_arguments(command)
            command.epilog = f"example:\n  {PROG} {module.EXAMPLE}"
    return parser


def completion_library() -> Any:
    """Returns the module shtab; only --print_completion needs it."""
    import shtab

    return shtab


def _run(argv: Sequence[str]) -> int:
    # The module of the command at hand alone: the others' imports are not needed.
    chosen = next((word for word in argv if word in COMMANDS), None)
    parser = make_parser(commands=() if chosen is None else (chosen,))
    command = parser if chosen is None else parser.commands()[chosen]
    flags = command.flags()
    prog = f"{PROG} {chosen or ''}".rstrip()
    for word in argv if chosen else ():
        # Before argparse, which would first miss the flag that was misspelt.
        if word.startswith("--") and word.split("=", 1)[0] not in flags:
            raise unknown_argument(word, flags, prog)
    args, rest = parser.parse_known_args(argv)
    if rest:
        raise unknown_argument(rest[0], flags, prog)
    if args.command is None:
        raise UsageError(
            f"a command is missing; choose one of {', '.join(COMMANDS)} "
            f"(see `{PROG} --help`)"
        )
    asked = import_module(f"trainer.commands.{args.command}")
    with shown_logs(quiet=getattr(args, "quiet", False)):
        options = asked.options(args)
        # Only now: it takes seconds, and a wrong flag should not.
        if args.command not in _WITHOUT_TENSORFLOW:
            load_tensorflow()
        import_module(f"trainer.work.{args.command}").run(options)
    return 0


def program() -> NoReturn:
    """Runs as the whole process, and ends it."""
    leave(main())


if __name__ == "__main__":
    program()
