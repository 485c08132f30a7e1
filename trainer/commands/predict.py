"""`python -m trainer predict`: recommendations for raw histories.

Usage:
    python -m trainer predict --model RUN/model --history 2016-04-20:2260466
    python -m trainer predict --model RUN/model --input histories.jsonl
    python -m trainer predict --model RUN/model --examples 3 --data DATA
    python -m trainer predict --model RUN/model --history ... --exclude sold_out.txt
"""

import argparse
from dataclasses import dataclass, field

from schemas.errors import UsageError
from schemas.rules.rule_flags import Rules, add_rule_flags, to_rules
from trainer.serving import date_format
from trainer.serving.requests import HISTORY_FORM, LINE_FORM, Event, parse_history
from trainer.storage.paths import check_path

EXAMPLE = "predict --model run/model --history 2016-04-20:2260466,2017-01-02:153475"

# A larger one is a slip of the hand, and memory would pay for it.
_MOST = 1_000_000


@dataclass(frozen=True)
class PredictOptions:
    """Whom to answer by which model, and how.

    Attributes:
      model: the folder of the export.
      history: one history; None where they come from elsewhere.
      input: a file of histories; None likewise.
      examples: of how many users of `data` histories are taken; None likewise.
      data: the data set of the examples.
      as_of: the day to recommend for where a history names none; empty for the
        model's.
      top_k: the most items of an answer.
      keep_seen: whether items of a history may be recommended.
      rules: which items are recommended.
      format: how to print, `table` or `jsonl`; None for what stdout is.

    Raises:
      UsageError: a value is wrong, or does not go with another.
    """

    model: str
    history: tuple[Event, ...] | None = None
    input: str | None = None
    examples: int | None = None
    data: str | None = None
    as_of: str = ""
    top_k: int = 10
    keep_seen: bool = False
    rules: Rules = field(default_factory=Rules)
    format: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.top_k <= _MOST:
            raise UsageError(f"--top_k must be from 1 to {_MOST}, got {self.top_k}")
        if self.as_of and not date_format.is_date(self.as_of):
            raise UsageError(
                f"--as_of must be a date such as {date_format.EXAMPLES}, got "
                f"{self.as_of!r}"
            )
        if (self.examples is None) != (self.data is None):
            raise UsageError("--examples and --data go together; give both or neither")
        if self.examples is not None and self.as_of:
            raise UsageError(
                "--as_of has no meaning with --examples, which have a day of their own"
            )
        if self.examples is not None and self.examples < 1:
            raise UsageError(f"--examples must be at least 1, got {self.examples}")
        for flag in ("model", "data", "input"):
            check_path(flag, getattr(self, flag) or "")
        for flag in ("exclude", "only"):
            check_path(flag, getattr(self.rules, flag) or "")


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
        help="the users with the longest histories, so many, of the data set named by "
        "--data, each as of the day of the target: held out, and without what the user "
        "had before it, or, where the data set holds nothing out, what the model was "
        "trained on",
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


def options(args: argparse.Namespace) -> PredictOptions:
    """Returns what the flags of `add_arguments` ask for.

    Raises:
      UsageError: a flag's value is wrong.
    """
    return PredictOptions(
        model=args.model,
        history=None if args.history is None else parse_history(args.history),
        input=args.input,
        examples=args.examples,
        data=args.data,
        as_of=args.as_of,
        top_k=args.top_k,
        keep_seen=args.keep_seen,
        rules=to_rules(args),
        format=args.format,
    )
