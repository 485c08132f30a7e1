"""The command line of `python -m pipeline.recommend`."""

import argparse
from typing import get_args

from pipeline.completion import completion_library
from pipeline.options import parse_date_flag
from pipeline.recommend.options import Format, RecommendOptions
from pipeline.row_flags import add_input_flags, add_row_flags, to_read_options
from schemas.cli.command_line import Parser
from schemas.cli.completion import add_completion_flag
from schemas.errors import UsageError
from schemas.exported_model import DEFAULT_TOP_K
from schemas.rules.rule_flags import add_rule_flags, to_rules
from schemas.settings import DROP_REPEATS

PROG = "python -m pipeline.recommend"
# The command that an installation adds.
SCRIPT = "seamstress-recommend"

_DESCRIPTION = """\
Reads a log of who took which item when, and writes what an exported model recommends
to every user, one row a user."""

_EPILOG = """\
examples:
  python -m pipeline.recommend --input 'reviews-*.csv.gz' --date_field review_date \\
    --model run/model --output recommendations --top_k 20

  python -m pipeline.recommend --input 'reviews-*.csv.gz' --model run/model \\
    --output campaign --only campaign.txt --max_per category=2

Beam's own flags go through, such as --runner or --direct_num_workers. DirectRunner, the
default, means Beam's in-process engine."""


def make_parser(prog: str = PROG) -> Parser:
    """Returns the parser of the program's own flags.

    Args:
      prog: the program, as help and messages name it.
    """
    parser = Parser(
        prog=prog,
        usage=f"{prog} --input GLOB [GLOB ...] --model RUN/model --output DIR [FLAGS]",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    add_completion_flag(parser, SCRIPT, lambda: make_parser(SCRIPT), completion_library)
    _add_files(parser.add_argument_group("input and output"))
    add_row_flags(parser.add_argument_group("rows"))
    _add_users(parser.add_argument_group("users and histories"))
    _add_answers(parser.add_argument_group("recommendations"))
    add_rule_flags(parser.add_argument_group("rules"))
    return parser


def _add_files(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add_input_flags(group)
    add(
        "--model",
        required=True,
        metavar="RUN/model",
        help="the exported model, a folder that `python -m trainer train` wrote",
    )
    add("--output", required=True, metavar="DIR", help="folder of recommendations")
    add("--overwrite", action="store_true", help="replace complete ones there")
    add(
        "--format",
        default="jsonl",
        choices=get_args(Format),
        help="of the files: JSON lines (gzip), or Parquet (default: jsonl)",
    )
    add(
        "--num_shards",
        type=int,
        default=8,
        metavar="FILES",
        help="files, each asked for and written by one worker (default: 8)",
    )
    add("--quiet", action="store_true", help="no progress and no closing table")


def _add_users(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--users",
        metavar="FILE",
        help="a file of user ids, one a line, plain or .gz: answer these alone "
        "(default: all users of the input)",
    )
    add(
        "--min_items",
        type=int,
        default=1,
        metavar="EVENTS",
        help="users with fewer events get no answer of the model (default: 1)",
    )
    add(
        "--popular",
        action="store_true",
        help="give users without an answer of the model the popular items",
    )
    add(
        "--drop_repeats",
        default="none",
        choices=DROP_REPEATS,
        help="as given to `python -m pipeline` (default: none)",
    )
    add(
        "--max_history",
        type=int,
        default=0,
        metavar="EVENTS",
        help="keep only the latest events of each user; 0: all (default: 0)",
    )


def _add_answers(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--top_k",
        type=int,
        default=DEFAULT_TOP_K,
        metavar="ITEMS",
        help="how many items to recommend (default: %(default)s)",
    )
    add(
        "--as_of",
        type=parse_date_flag,
        metavar="DATE",
        help="the day to recommend for; later events are left out (default: for each "
        "user the later of the model's reference day and the user's last day)",
    )
    add(
        "--keep_seen",
        action="store_true",
        help="let items of the history be recommended again",
    )


def to_options(args: argparse.Namespace, num_partitions: int) -> RecommendOptions:
    """Turns parsed flags into options.

    Args:
      args: what `make_parser` parsed.
      num_partitions: what to use where the flag does not say.

    Raises:
      UsageError: a value is out of range, or does not go with another.
      UserError: the schema can't be read.
    """
    read = to_read_options(args)
    try:
        return RecommendOptions(
            read=read,
            model=args.model.rstrip("/") or args.model,
            top_k=args.top_k,
            as_of=args.as_of,
            min_items=args.min_items,
            keep_seen=args.keep_seen,
            popular=args.popular,
            users=args.users,
            rules=to_rules(args),
            drop_repeats=args.drop_repeats,
            max_history=args.max_history,
            format=args.format,
            max_reject_fraction=args.max_reject_fraction,
            num_shards=args.num_shards,
            num_partitions=args.num_partitions or num_partitions,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
