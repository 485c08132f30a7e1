"""The command line of `python -m pipeline`: its parser, and flags to options."""

import argparse
from dataclasses import replace

from pipeline.completion import completion_library
from pipeline.inspection.flags import INSPECT, INSPECT_MEANING, add_inspect_flags
from pipeline.options import Options, parse_date_flag
from pipeline.row_flags import add_input_flags, add_row_flags, to_read_options
from schemas.cli.command_line import Parser
from schemas.cli.completion import add_completion_flag
from schemas.errors import UsageError
from schemas.settings import (
    BUCKETINGS,
    DROP_REPEATS,
    SPLIT_CAVEATS,
    SPLITS,
    BucketSettings,
    SplitSettings,
    WindowSettings,
)

PROG = "python -m pipeline"
# The command that an installation adds.
SCRIPT = "seamstress-pipeline"

_DESCRIPTION = """\
Reads a log of who took which item when, and writes a data set of padded windows that
`python -m trainer` learns from. `{prog} inspect DATA` says what one holds."""

_EPILOG = """\
example:
  python -m pipeline --input 'reviews-*.csv.gz' --output data \\
    --date_field review_date --split leave_one_out

Beam's own flags go through, such as --runner or --direct_num_workers. DirectRunner, the
default, means Beam's in-process engine."""


def make_parser(prog: str = PROG) -> Parser:
    """Returns the parser of the pipeline's own flags.

    Args:
      prog: the program, as help and messages name it.
    """
    parser = Parser(
        prog=prog,
        usage=f"{prog} --input GLOB [GLOB ...] --output DIR [FLAGS]",
        description=_DESCRIPTION.format(prog=prog),
        epilog=_EPILOG,
    )
    add_completion_flag(parser, SCRIPT, make_full_parser, completion_library)
    _add_files(parser.add_argument_group("input and output"))
    add_row_flags(parser.add_argument_group("rows"))
    _add_attributes(parser.add_argument_group("attributes of items"))
    _add_windows(parser.add_argument_group("histories and windows"))
    _add_split(parser.add_argument_group("split"))
    _add_ids(parser.add_argument_group("ids and buckets"))
    return parser


def make_full_parser() -> Parser:
    """Returns a parser of all that `SCRIPT` takes, but for what Beam takes."""
    parser = make_parser(SCRIPT)
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", parser_class=Parser
    )
    add_inspect_flags(commands.add_parser(INSPECT, help=INSPECT_MEANING))
    return parser


def _add_files(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add_input_flags(group)
    add("--output", required=True, metavar="DIR", help="folder of the data set")
    add("--overwrite", action="store_true", help="replace a complete data set there")
    add(
        "--num_shards",
        type=int,
        default=8,
        metavar="FILES",
        help="files of each split (default: 8)",
    )
    add("--quiet", action="store_true", help="no progress and no closing table")


def _add_attributes(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--item_fields",
        type=_names,
        default=(),
        metavar="NAME,NAME",
        help="further fields of the reviews, such as category,brand: the latest value "
        "of each item, held-out events included, goes to items.parquet beside the data "
        "set (default: none)",
    )


def _add_windows(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--max_length",
        type=int,
        default=5,
        metavar="EVENTS",
        help="events that a window holds as inputs (default: 5)",
    )
    add(
        "--min_items",
        type=int,
        default=3,
        metavar="EVENTS",
        help="events of the shortest history that is cut (default: 3)",
    )
    add(
        "--stride",
        type=int,
        default=1,
        metavar="EVENTS",
        help="events between the starts of two windows (default: 1)",
    )
    add(
        "--max_history",
        type=int,
        default=0,
        metavar="EVENTS",
        help="keep only the latest events of each user, with --split time as many "
        "before its first cut and behind it; 0: all (default: 0)",
    )
    add(
        "--drop_repeats",
        default="none",
        choices=DROP_REPEATS,
        help="drop a user's repeated events: exact (item and day), or consecutive "
        "(runs of an item) (default: none)",
    )
    add(
        "--reference_date",
        type=parse_date_flag,
        metavar="DATE",
        help="day from which ages count, as 2018-01-08 (default: the last training "
        "day, or the last day under --split random, user and none)",
    )


def _add_split(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    caveats = "; ".join(f"{name} ({SPLIT_CAVEATS[name]})" for name in SPLITS)
    add(
        "--split",
        default="time",
        choices=SPLITS,
        help=f"how targets are held out: {caveats} (default: time)",
    )
    for part in ("eval", "test"):
        add(
            f"--{part}_fraction",
            type=float,
            metavar="SHARE",
            help=f"share of the {part} split, from 0 to 1 (default: time 0.05, user 0.1"
            + (", random 0.1)" if part == "eval" else ")"),
        )
    add(
        "--seed",
        type=int,
        default=0,
        metavar="NUMBER",
        help="of --split user and random: another one holds out others (default: 0)",
    )
    add(
        "--max_seen",
        type=int,
        default=10_000,
        metavar="ITEMS",
        help="earlier items kept for filtering in eval and test (default: 10000)",
    )


def _add_ids(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--min_item_count",
        type=int,
        default=1,
        metavar="EVENTS",
        help="items with fewer training events are unknown (default: 1)",
    )
    add(
        "--bucketing",
        default="quantile",
        choices=BUCKETINGS,
        help="buckets of about as many events each, or of as many days each (default: "
        "quantile)",
    )
    add(
        "--day_buckets",
        type=int,
        default=100,
        metavar="BUCKETS",
        help="the most buckets, of ages and of gaps each (default: 100)",
    )


def to_options(args: argparse.Namespace, num_partitions: int) -> Options:
    """Turns parsed flags into options.

    Args:
      args: what `make_parser` parsed.
      num_partitions: what to use where the flag does not say.

    Raises:
      UsageError: a value is out of range, or does not go with another.
      UserError: the schema can't be read.
    """
    try:
        return Options(
            read=replace(to_read_options(args), item_fields=args.item_fields),
            window=WindowSettings(
                max_length=args.max_length,
                min_items=args.min_items,
                stride=args.stride,
                max_history=args.max_history,
                max_seen=args.max_seen,
            ),
            split=SplitSettings.of(
                args.split, args.eval_fraction, args.test_fraction, args.seed
            ),
            buckets=BucketSettings(args.bucketing, args.day_buckets),
            min_item_count=args.min_item_count,
            drop_repeats=args.drop_repeats,
            reference_day=args.reference_date,
            max_reject_fraction=args.max_reject_fraction,
            num_shards=args.num_shards,
            num_partitions=args.num_partitions or num_partitions,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error


def _names(text: str) -> tuple[str, ...]:
    """Parses `category,body type`."""
    return tuple(name.strip() for name in text.split(","))
