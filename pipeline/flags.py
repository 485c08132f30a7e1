"""The command line of `python -m pipeline`: its parser, and flags to options."""

import argparse
import datetime
from typing import get_args

from pipeline.options import (
    InputFormat,
    Options,
    QuotedLineBreaks,
    ReadOptions,
    day_number,
    parse_date_flag,
)
from schemas.command_line import Parser
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

_DESCRIPTION = """\
Reads a log of who took which item when, and writes a data set of padded windows that
`python -m trainer` learns from."""

_EPILOG = """\
example:
  python -m pipeline --input 'reviews-*.csv.gz' --output data --split leave_one_out

Beam's own flags go through, such as --runner or --direct_num_workers. DirectRunner, the
default, means Beam's in-process engine."""


def make_parser() -> Parser:
    """Returns the parser of the pipeline's own flags."""
    parser = Parser(
        prog=PROG,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_files(parser.add_argument_group("input and output"))
    _add_rows(parser.add_argument_group("rows"))
    _add_windows(parser.add_argument_group("histories and windows"))
    _add_split(parser.add_argument_group("split"))
    _add_ids(parser.add_argument_group("ids and buckets"))
    return parser


def _add_files(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--input",
        required=True,
        nargs="+",
        metavar="GLOB",
        help="files or globs (in quotes), local or gs://, plain or .gz",
    )
    add("--output", required=True, metavar="DIR", help="folder of the data set")
    add("--overwrite", action="store_true", help="replace a complete data set there")
    add(
        "--input_format",
        default="auto",
        choices=("auto", *get_args(InputFormat)),
        help="json: an array of records; columns: as pandas' to_json writes (default: "
        "by name and, for .json, by its start)",
    )
    add(
        "--quoted_line_breaks",
        default="auto",
        choices=get_args(QuotedLineBreaks),
        help="CSV fields in quotes may hold line breaks, so that files are read from "
        "start to end (default auto: where quotes stand near the start of a file)",
    )
    add("--num_shards", type=int, default=8, help="files of each split (default 8)")
    add(
        "--num_partitions",
        type=int,
        default=0,
        help="parts in which users are sorted; never changes the records (default: "
        "by the input's size)",
    )
    add("--quiet", action="store_true", help="no progress and no closing table")


def _add_rows(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--schema",
        default="plain",
        metavar="NAME|FILE",
        help="plain (user_id, item_id, date), rent_the_runway, amazon_reviews, "
        "amazon_reviews_2023, movielens, or a TFMD text proto (default plain)",
    )
    for role in ("user", "item", "date", "rating"):
        add(f"--{role}_field", metavar="NAME", help=f"in place of the schema's {role}")
    add(
        "--date_format",
        action="append",
        default=[],
        metavar="FORMAT",
        help="iso, unix, unix_s, unix_ms or a pattern such as '%%d.%%m.%%Y', in place "
        "of the schema's; may be given several times",
    )
    add(
        "--latest_date",
        type=parse_date_flag,
        metavar="DATE",
        help="refuse rows of later days (default: today, UTC)",
    )
    add(
        "--max_reject_fraction",
        type=float,
        default=0.05,
        help="fail where a larger share of rows is refused (default 0.05)",
    )
    add(
        "--min_rating",
        type=float,
        help="drop rows rated lower, or not rated (default: keep all)",
    )


def _add_windows(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--max_length", type=int, default=5, help="inputs of a window (default 5)")
    add("--min_items", type=int, default=3, help="shortest history cut (default 3)")
    add("--stride", type=int, default=1, help="events between windows (default 1)")
    add(
        "--max_history",
        type=int,
        default=0,
        help="keep only the latest events of a user (default 0: all)",
    )
    add(
        "--drop_repeats",
        default="none",
        choices=DROP_REPEATS,
        help="drop a user's repeated events: exact (item and day), or consecutive "
        "(runs of an item) (default none)",
    )
    add(
        "--reference_date",
        type=parse_date_flag,
        metavar="DATE",
        help="day from which ages count (default: the last training day, or the last "
        "day under --split random, user and none)",
    )


def _add_split(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    caveats = "; ".join(f"{name} {SPLIT_CAVEATS[name]}" for name in SPLITS)
    add("--split", default="time", choices=SPLITS, help=f"{caveats} (default time)")
    for part in ("eval", "test"):
        add(
            f"--{part}_fraction",
            type=float,
            help=f"share of the {part} split (default: time 0.05, user 0.1"
            + (", random 0.1)" if part == "eval" else ")"),
        )
    add("--seed", type=int, default=0, help="of --split user and random (default 0)")
    add(
        "--max_seen",
        type=int,
        default=10_000,
        help="earlier items kept for filtering in eval and test (default 10000)",
    )


def _add_ids(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--min_item_count",
        type=int,
        default=1,
        help="items with fewer training events are unknown (default 1)",
    )
    add("--bucketing", default="quantile", choices=BUCKETINGS, help="default quantile")
    add("--day_buckets", type=int, default=100, help="buckets of days (default 100)")


def to_options(args: argparse.Namespace, num_partitions: int) -> Options:
    """Turns parsed flags into options.

    Args:
      args: what `make_parser` parsed.
      num_partitions: what to use where the flag does not say.

    Raises:
      UsageError: a value is out of range, or does not go with another.
      UserError: the schema can't be read.
    """
    from pipeline.parse.review_schema import load_review_schema

    today = day_number(datetime.datetime.now(datetime.UTC).date())
    try:
        schema = load_review_schema(args.schema).overridden(
            args.user_field,
            args.item_field,
            args.date_field,
            args.rating_field,
            args.date_format,
        )
        return Options(
            read=ReadOptions(
                schema=schema,
                input_format=args.input_format,
                quoted_line_breaks=args.quoted_line_breaks,
                latest_day=today if args.latest_date is None else args.latest_date,
                min_rating=args.min_rating,
            ),
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
