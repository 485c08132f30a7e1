"""The command line of `python -m pipeline inspect`."""

import argparse

from schemas.cli.command_line import Parser
from schemas.inspection.window_flags import add_window_flags

INSPECT = "inspect"
INSPECT_MEANING = "say what a data set holds, and show some of its windows"

_EPILOG = """\
example:
  python -m pipeline inspect data --windows 5 --split test

For remote folders Beam's own flags go through, such as --s3_endpoint_url."""


def make_inspect_parser(prog: str) -> Parser:
    """Returns the parser of the command.

    Args:
      prog: the program that it is a command of.
    """
    meaning = f"{INSPECT_MEANING[0].upper()}{INSPECT_MEANING[1:]}."
    parser = Parser(prog=f"{prog} {INSPECT}", description=meaning, epilog=_EPILOG)
    add_inspect_flags(parser)
    return parser


def add_inspect_flags(parser: argparse.ArgumentParser) -> None:
    """Adds what the command takes."""
    parser.add_argument(
        "data",
        metavar="DATA",
        help="the folder that `python -m pipeline --output` wrote, local, gs:// or s3://",
    )
    add_window_flags(parser)
