"""Writes a sample of reviews: `python -m pipeline.sample --output sample.jsonl`."""

import os
import sys
import time
from collections.abc import Sequence

from pipeline.sample.json_lines import write_json_lines
from pipeline.sample.reviews import review_tables
from pipeline.sample.settings import SampleSettings
from schemas.cli.command_line import Parser, run_program
from schemas.errors import UsageError, UserError

PROG = "python -m pipeline.sample"

_DESCRIPTION = (
    "Writes made-up reviews in the format of Rent the Runway, to try things on."
)
_EPILOG = """\
example:
  python -m pipeline.sample --reviews 20000 --output sample.jsonl"""


def make_parser() -> Parser:
    """Returns the parser of the command line."""
    parser = Parser(prog=PROG, description=_DESCRIPTION, epilog=_EPILOG)
    add = parser.add_argument_group("output").add_argument
    add(
        "--output",
        required=True,
        metavar="FILE",
        help="the file to write, JSON lines; through gzip where it ends in .gz",
    )
    add("--overwrite", action="store_true", help="replace a file that is there")
    add = parser.add_argument_group("reviews").add_argument
    add(
        "--reviews",
        type=int,
        default=20_000,
        metavar="ROWS",
        help="rows to make (default: 20000)",
    )
    add(
        "--users",
        type=int,
        metavar="USERS",
        help="users who wrote them (default: one for three reviews)",
    )
    add(
        "--items",
        type=int,
        metavar="ITEMS",
        help="items to choose from (default: one for 50 reviews)",
    )
    add(
        "--seed",
        type=int,
        default=0,
        metavar="NUMBER",
        help="another seed makes other rows (default: 0)",
    )
    return parser


def main(argv: Sequence[str]) -> int:
    """Runs the program with the arguments `argv` and returns its exit status."""
    args = make_parser().parse_args(argv)
    try:
        settings = SampleSettings.of(args.reviews, args.users, args.items, args.seed)
    except ValueError as error:
        raise UsageError(str(error).replace("`num_", "`--")) from error
    if os.path.isfile(args.output) and not args.overwrite:
        raise UserError(
            f"{args.output} is there already; give --overwrite to replace it, or "
            "another --output."
        )
    start = time.perf_counter()
    try:
        os.makedirs(os.path.dirname(args.output) or ".", exist_ok=True)
        write_json_lines(review_tables(settings), args.output)
    except OSError as error:
        raise UserError(
            f"{args.output} cannot be written: {error.strerror}; name another file "
            "with --output."
        ) from error
    print(
        f"{args.output}: {settings.num_reviews:,} reviews of {settings.num_users:,} "
        f"users and up to {settings.num_items:,} items "
        f"({os.path.getsize(args.output) / 1e6:.1f} MB, "
        f"{time.perf_counter() - start:.1f} s)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(run_program(main, sys.argv[1:], PROG))
