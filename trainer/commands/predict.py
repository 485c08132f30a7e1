"""`python -m trainer predict`: recommendations for raw histories.

Usage:
    python -m trainer predict --model RUN/model --history 2016-04-20:2260466
    python -m trainer predict --model RUN/model --input histories.jsonl
    python -m trainer predict --model RUN/model --examples 3 --data DATA
    python -m trainer predict --model RUN/model --history ... --exclude sold_out.txt
"""

import argparse
import contextlib
import gzip
import json
import sys
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, cast

from schemas.errors import UsageError, UserError
from schemas.rule_flags import Rules, add_rule_flags, to_rules
from trainer.errors import first_line
from trainer.serving import date_format
from trainer.serving.requests import (
    HISTORY_FORM,
    LINE_FORM,
    Event,
    Request,
    parse_history,
    read_lines,
    read_requests,
)
from trainer.storage.files import open_file
from trainer.storage.paths import check_path

if TYPE_CHECKING:
    from trainer.data.item_table import ItemTable
    from trainer.serving.client import Recommendation

EXAMPLE = "predict --model run/model --history 2016-04-20:2260466,2017-01-02:153475"

# A larger one is a slip of the hand, and memory would pay for it.
_MOST = 1_000_000
_GZIP_MAGIC = b"\x1f\x8b"
# Of an attribute in a table.
_SHOWN_CHARACTERS = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `predict`."""
    files = parser.add_argument_group("model")
    files.add_argument(
        "--model",
        required=True,
        metavar="RUN/model",
        help="the exported model, a folder that `train` wrote",
    )
    asked = parser.add_argument_group("histories, one of the first three")
    histories = asked.add_mutually_exclusive_group(required=True)
    histories.add_argument(
        "--history",
        metavar="DATE:ITEM,...",
        help=f"one history, as in {HISTORY_FORM}; dates are ISO dates or date-times "
        f"({date_format.EXAMPLES}), in any order. An item ends at the next comma: "
        "items with commas go through --input",
    )
    histories.add_argument(
        "--input",
        metavar="FILE",
        help="a file of histories, plain or gzip, one JSON object a line, as in "
        f"{LINE_FORM}. `user_id` and `as_of` may be left out; an event may also be "
        '{"event_date": ..., "item_id": ...}, and its date empty where unknown',
    )
    histories.add_argument(
        "--examples",
        type=int,
        metavar="USERS",
        help="the longest histories of so many users of the data set named by --data, "
        "each as of the day of its target: held out, or, where the data set holds "
        "nothing out, what the model was trained on",
    )
    asked.add_argument(
        "--data",
        metavar="DATA",
        help="the data set that --examples are taken from; needed with them",
    )
    asked.add_argument(
        "--as_of",
        default="",
        metavar="DATE",
        help="the day to recommend for; later events are left out. In --input it "
        "stands for lines that name none (default: the later of the model's reference "
        "day and the history's last day)",
    )
    answers = parser.add_argument_group("recommendations")
    answers.add_argument(
        "--top_k",
        type=int,
        default=10,
        metavar="ITEMS",
        help="how many items to recommend (default: %(default)s)",
    )
    answers.add_argument(
        "--keep_seen",
        action="store_true",
        help="let items of the history be recommended again",
    )
    add_rule_flags(parser.add_argument_group("rules"))
    answers.add_argument(
        "--format",
        choices=("table", "jsonl"),
        help="how to print (default: table on a terminal, else jsonl)",
    )


def run(args: argparse.Namespace) -> int:
    """Prints the recommendations.

    Args:
      args: what the flags of `add_arguments` gave.

    Returns:
      The exit status, 0.

    Raises:
      UsageError: a flag's value is wrong.
      UserError: the model or the file cannot be used.
    """
    if not 1 <= args.top_k <= _MOST:
        raise UsageError(f"--top_k must be from 1 to {_MOST}, got {args.top_k}")
    if args.as_of and not date_format.is_date(args.as_of):
        raise UsageError(
            f"--as_of must be a date such as {date_format.EXAMPLES}, got {args.as_of!r}"
        )
    if (args.examples is None) != (args.data is None):
        raise UsageError("--examples and --data go together; give both or neither")
    if args.examples is not None and args.as_of:
        raise UsageError(
            "--as_of has no meaning with --examples, which have a day of their own"
        )
    if args.examples is not None and args.examples < 1:
        raise UsageError(f"--examples must be at least 1, got {args.examples}")
    rules = to_rules(args)
    history = None if args.history is None else parse_history(args.history)
    for flag in ("model", "data", "input", "exclude", "only"):
        check_path(flag, getattr(args, flag) or "")

    # Only now: TensorFlow takes seconds, and a wrong flag should not.
    from trainer.quiet import load_tensorflow

    load_tensorflow()
    with _stand_ins(args):
        return _answer(args, history, rules)


@contextlib.contextmanager
def _stand_ins(args: argparse.Namespace) -> Iterator[None]:
    """Brings a remote model, and what examples need of a remote data set, here."""
    from trainer.data.data_copy import local_data_set
    from trainer.serving.examples import example_split
    from trainer.storage.copies import local_copy

    with contextlib.ExitStack() as stand_ins:
        stand_ins.enter_context(local_copy(args.model))
        if args.data is not None:
            stand_ins.enter_context(local_data_set(args.data, example_split))
        yield


def _answer(
    args: argparse.Namespace, history: tuple[Event, ...] | None, rules: Rules
) -> int:
    from trainer.serving.client import Client

    if history is not None:
        requests: Iterable[Request] = [Request(history, as_of=args.as_of)]
    elif args.examples is not None:
        from trainer.data.data_set import open_data_set
        from trainer.serving.examples import example_requests

        requests = example_requests(open_data_set(args.data), args.examples)
    else:
        requests = (
            request if request.as_of else replace(request, as_of=args.as_of)
            for request in _read_file(args.input)
        )
    client = Client(args.model)
    is_table = (args.format or _default_format()) == "table"
    answers = client.recommend(requests, args.top_k, args.keep_seen, rules)
    number = 0
    for number, (request, recommendations) in enumerate(answers, start=1):
        if is_table:
            if history is None:
                gap = "\n" if number > 1 else ""
                print(f"{gap}{_heading(request, number)}")
            print(_table(recommendations, client.item_table))
        else:
            print(_json_line(request, recommendations, client.item_table))
    if not number:
        raise UserError(f"{args.input} holds no history; a line looks like {LINE_FORM}")
    return 0


def _default_format() -> str:
    return "table" if sys.stdout is not None and sys.stdout.isatty() else "jsonl"


def _read_file(path: str) -> Iterator[Request]:
    """Yields the requests of a file, plain or gzip, local or remote."""
    try:
        with open_file(path, "give --input a file of JSON lines") as file:
            # By its first bytes: a name does not say what a file holds.
            is_gzip = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
            file.seek(0)
            unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=file) if is_gzip else file)
            yield from read_requests(read_lines(unpacked), path)
    except (EOFError, OSError, zlib.error) as error:
        raise UserError(f"{path} cannot be read ({first_line(error)}).") from error


def _heading(request: Request, number: int) -> str:
    """Returns whose answer follows, and the end of the history."""
    latest = ", ".join(f"{date} {item}" for date, item in request.history[-3:])
    name = f"user {request.user_id}" if request.user_id else f"history {number}"
    return f"{name} ({latest})" if latest else name


def _table(
    recommendations: "list[Recommendation]", attributes: "ItemTable | None" = None
) -> str:
    """Returns aligned text, one item a line, the header first."""
    if not recommendations:
        return "no item is left to recommend"
    fields = [] if attributes is None else list(attributes.fields)
    rows = [("rank", "item_id", "score", *fields)]
    for rank, (item_id, score) in enumerate(recommendations, start=1):
        of_item = {} if attributes is None else attributes.attributes(item_id)
        values = (_shortened(value or "") for value in of_item.values())
        rows.append((str(rank), item_id, f"{score:.4f}", *values))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    aligned = (">", "<", ">", *"<" * len(fields))
    return "\n".join(
        "  ".join(map("{:{}{}}".format, row, aligned, widths)).rstrip() for row in rows
    )


def _shortened(text: str) -> str:
    shown = text[: _SHOWN_CHARACTERS - 3]
    return text if len(text) <= _SHOWN_CHARACTERS else f"{shown}..."


def _json_line(
    request: Request,
    recommendations: "list[Recommendation]",
    attributes: "ItemTable | None" = None,
) -> str:
    """Returns one JSON object: the user, where named, and the items."""
    user = {} if request.user_id is None else {"user_id": request.user_id}
    items = [recommendation._asdict() for recommendation in recommendations]
    if attributes is not None:
        for item in items:
            item["attributes"] = attributes.attributes(item["item_id"])
    # Where the locale is not UTF-8 the line is no other JSON, but written in ASCII.
    is_utf8 = sys.stdout is None or sys.stdout.encoding.lower() in ("utf-8", "utf8")
    return json.dumps({**user, "recommendations": items}, ensure_ascii=not is_utf8)
