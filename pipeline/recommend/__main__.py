"""Reviews to recommendations: `python -m pipeline.recommend --input GLOB ...`."""

import sys
from collections.abc import Sequence
from typing import NoReturn

from pipeline.recommend.flags import PROG, make_parser
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
    parser = make_parser()
    args, rest = parser.parse_known_args(argv)
    # Beam and TensorFlow take seconds to import, and --help needs neither.
    from pipeline.quiet import load_libraries, shown_logs

    load_libraries(with_transform=False)
    from pipeline.recommend.program import run

    with shown_logs():
        return run(args, rest, parser.flags())


def program() -> NoReturn:
    """Runs as the whole process, and ends it."""
    leave(main())


if __name__ == "__main__":
    program()
