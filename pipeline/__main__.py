"""Reviews to windows: `python -m pipeline --input GLOB --output DIR`.

`python -m pipeline inspect DATA` says what such an output holds.
"""

import sys
from collections.abc import Sequence
from typing import NoReturn

from pipeline.flags import PROG, make_parser
from pipeline.inspection.flags import INSPECT
from schemas.cli.command_line import run_program
from schemas.cli.leaving import leave


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the program and returns its exit status.

    Args:
      argv: the arguments; None takes those of the process.
    """
    arguments = sys.argv[1:] if argv is None else argv
    return run_program(_main, arguments, PROG)


def _main(argv: Sequence[str]) -> int:
    # The only word that may stand first; all others are values of flags.
    if argv and argv[0] == INSPECT:
        from pipeline.inspection.program import run as inspect

        return inspect(argv[1:], PROG)
    parser = make_parser()
    args, rest = parser.parse_known_args(argv)
    # Beam and TensorFlow take seconds to import, and --help needs neither.
    from pipeline.quiet import load_libraries, shown_logs

    load_libraries()
    from pipeline.program import run

    with shown_logs():
        return run(args, rest, parser.flags())


def program() -> NoReturn:
    """Runs as the whole process, and ends it."""
    leave(main())


if __name__ == "__main__":
    program()
