"""`python -m trainer`: train, evaluate, compare, tune, report and predict.

Usage:
    python -m trainer train --data DATA --output RUN
    python -m trainer evaluate --run RUN --data DATA
    python -m trainer compare --data DATA --output FOLDER --configs quick
    python -m trainer tune --data DATA --output FOLDER --model transformer
    python -m trainer report --run RUN
    python -m trainer predict --model RUN/model --history 2016-04-20:2260466
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from schemas.command_line import Parser, run_program, unknown_argument
from schemas.errors import UsageError
from trainer.logs import shown_logs

PROG = "python -m trainer"

COMMANDS = {
    "train": "learn from a data set and export the model",
    "evaluate": "measure a run beside simple baselines",
    "compare": "measure several models and baselines in one table",
    "tune": "search for good settings on the eval split",
    "report": "make a run's page of charts again",
    "predict": "recommend items for raw histories",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command.

    Args:
      argv: the arguments; None takes those of the process.

    Returns:
      The exit status: 0, 1 where something the user can mend stopped the work, or 2
      where the command line is wrong. `--help` alone raises `SystemExit`.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    return run_program(_run, arguments, PROG)


def _run(argv: Sequence[str]) -> int:
    parser = Parser(prog=PROG, description="Trains and uses next-item models.")
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", title="commands", parser_class=Parser
    )
    # The module of the command at hand alone: the others' imports are not needed.
    chosen = next((word for word in argv if word in COMMANDS), None)
    module: Any = None
    flags = parser.flags()
    for name, meaning in COMMANDS.items():
        sentence = f"{meaning[0].upper()}{meaning[1:]}."
        command = commands.add_parser(name, help=meaning, description=sentence)
        if name == chosen:
            module = import_module(f"trainer.commands.{name}")
            module.add_arguments(command)
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
    with shown_logs(quiet=getattr(args, "quiet", False)):
        status: int = module.run(args)
    return status


if __name__ == "__main__":
    sys.exit(main())
