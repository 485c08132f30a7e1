"""Flags of every program of the pipeline that reads reviews."""

import argparse
import datetime
from typing import get_args

from pipeline.options import (
    InputFormat,
    QuotedLineBreaks,
    ReadOptions,
    parse_date_flag,
)
from schemas.days import day_number
from schemas.errors import UsageError


def add_input_flags(group: argparse._ArgumentGroup) -> None:
    """Adds the flags that say which files are read, and in how many parts."""
    add = group.add_argument
    add(
        "--input",
        required=True,
        nargs="+",
        metavar="GLOB",
        help="files or globs (in quotes), local, gs:// or s3://, plain or .gz",
    )
    add(
        "--input_format",
        default="auto",
        choices=("auto", *get_args(InputFormat)),
        help="json: an array of records; columns: as pandas' to_json writes (default: "
        "auto, by name and, for .json, by its start)",
    )
    add(
        "--quoted_line_breaks",
        default="auto",
        choices=get_args(QuotedLineBreaks),
        help="CSV fields in quotes may hold line breaks, so that files are read from "
        "start to end (default: auto, where quotes stand near the start of a file)",
    )
    add(
        "--num_partitions",
        type=int,
        default=0,
        metavar="PARTS",
        help="parts in which users are sorted; never changes the records; 0: from the "
        "bytes of the input, about 64 MB each (default: 0)",
    )


def add_row_flags(group: argparse._ArgumentGroup) -> None:
    """Adds the flags that say what a row means, and which rows count."""
    add = group.add_argument
    add(
        "--schema",
        default="plain",
        metavar="NAME|FILE",
        help="plain (user_id, item_id, date), rent_the_runway, amazon_reviews, "
        "amazon_reviews_2023, movielens, or a TFMD text proto (default: plain)",
    )
    for role in ("user", "item", "date", "rating"):
        add(
            f"--{role}_field",
            metavar="NAME",
            help=f"the field of the {role} (default: the schema's)",
        )
    add(
        "--date_format",
        action="append",
        default=[],
        metavar="FORMAT",
        help="iso, unix_s (seconds since 1970), unix_ms (milliseconds), unix (either, "
        "told by its size; nothing before March 1973) or a pattern such as "
        "'%%d.%%m.%%Y'; may be given several times (default: the schema's)",
    )
    add(
        "--latest_date",
        type=parse_date_flag,
        metavar="DATE",
        help="refuse rows of later days than this, as 2018-01-08 (default: today, UTC)",
    )
    add(
        "--max_reject_fraction",
        type=float,
        default=0.05,
        metavar="SHARE",
        help="fail where a larger share of rows is refused, 0 to 1 (default: 0.05)",
    )
    add(
        "--min_rating",
        type=float,
        metavar="RATING",
        help="drop rows rated lower, or not rated (default: keep all)",
    )


def to_read_options(args: argparse.Namespace) -> ReadOptions:
    """Turns parsed flags into options.

    Args:
      args: what a parser with `add_input_flags` and `add_row_flags` parsed.

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
        return ReadOptions(
            schema=schema,
            input_format=args.input_format,
            quoted_line_breaks=args.quoted_line_breaks,
            latest_day=today if args.latest_date is None else args.latest_date,
            latest_day_is_today=args.latest_date is None,
            min_rating=args.min_rating,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
