"""The pipeline as a Dataflow Flex Template starts it.

A template knows only parameters with values, and gives each of them as `--name=value`.
Here that becomes what `python -m pipeline` takes: a switch such as `--overwrite` has no
value there, and a field that was left empty in a form is a flag not given.
"""

import sys
from collections.abc import Sequence

from pipeline import __main__ as program
from pipeline.flags import PROG, make_parser
from schemas.cli.command_line import Parser, run_program
from schemas.errors import UsageError

_SWITCH_VALUES = {"true": True, "false": False}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the pipeline with a template's parameters.

    Args:
      argv: `--name=value` of each parameter, and what the launcher adds for Beam; None
        takes those of the process.

    Returns:
      The exit status of the pipeline.
    """
    arguments = sys.argv[1:] if argv is None else argv
    return run_program(
        lambda given: program.main(to_arguments(given, make_parser())), arguments, PROG
    )


def to_arguments(parameters: Sequence[str], parser: Parser) -> list[str]:
    """Turns a template's parameters into arguments of the command line.

    Args:
      parameters: `--name=value` each; what the parser does not know stays as it is.
      parser: the parser of the pipeline's own flags.

    Raises:
      UsageError: the value of a switch is neither true nor false.
    """
    switches = parser.switches()
    arguments = []
    for parameter in parameters:
        flag, sign, value = parameter.partition("=")
        if flag in switches and sign and value:
            if value.lower() not in _SWITCH_VALUES:
                raise UsageError(f"{flag} must be true or false, got {value!r}")
            if _SWITCH_VALUES[value.lower()]:
                arguments.append(flag)
        elif value or not sign:
            arguments.append(parameter)
    return arguments
