"""A model's ranking under rules: scores that are adjusted, and a greedy walk.

What the rules do is told here once, for all who ask an exported model. Items that may
not be recommended and a penalty on popularity become an adjustment, which the model
adds to its scores. At most so many items of one value is a walk down the ranking that
follows: an item is taken unless as many of its value were taken before it. But for the
penalty, the order of all other items stays as it is.
"""

import math
import shlex
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from schemas.errors import UserError
from schemas.exported_model import Description
from schemas.features import PADDING_ID
from schemas.rules.rule_flags import Rules

Answer = TypeVar("Answer")

# So many times `top_k` items are ranked at first, and so many times more after that.
_MORE = 4
_NO_VALUE = 0


@dataclass(frozen=True)
class Limit:
    """At most `most` items of one value.

    Attributes:
      codes: ints [N + 1], the number of an id's value, 0 where it has none.
      most: the limit.
    """

    codes: Sequence[int]
    most: int


@dataclass(frozen=True)
class RankingRules:
    """Rules, for the items of one model.

    Attributes:
      adjustment: float32 [N], added to the scores of the items 1 ... N.
      limits: of the values of attributes.
      most_items: more than so many items no answer can hold.
    """

    adjustment: Sequence[float]
    limits: tuple[Limit, ...]
    most_items: int


def ranking_rules(
    rules: Rules,
    blocked: bytes,
    counts: Sequence[int],
    attributes: Mapping[str, Sequence[str | None]],
) -> RankingRules:
    """Puts rules together for the items of a model.

    Args:
      rules: as asked for.
      blocked: as `schemas.rules.item_files.blocked_items` gives it.
      counts: [N], the training events of the items 1 ... N.
      attributes: those that `rules.max_per` names; of each the values of the items
        1 ... N, None where an item has none.
    """
    limits = tuple(
        Limit(_codes(attributes[name]), most) for name, most in rules.max_per
    )
    return RankingRules(
        array("f", adjustment(blocked, counts, rules.popularity_penalty)),
        limits,
        min([blocked.count(0), *(_reachable(limit, blocked) for limit in limits)]),
    )


def adjustment(
    blocked: bytes, counts: Sequence[int], penalty: float
) -> Iterator[float]:
    """Yields what is added to the score of each item 1 ... N.

    That is minus infinity for an item that may not be recommended, and for others
    -P * log((n + 1) / (E + N)), where n of E training events have the item. A model
    trained by cross-entropy scores by the log of how likely an item comes next; less
    the log of how likely it comes at all it is pointwise mutual information (Church
    and Hanks, Word association norms, mutual information, and lexicography, 1990), the
    ranking that P = 1 gives. It is the logit adjustment of Menon et al., Long-tail
    learning via logit adjustment, 2021, with the temperature P, applied after training.
    Shares are smoothed by one event an item (Laplace), as the biases that training
    starts from are.

    Args:
      blocked: [N], 1 where an item may not be recommended.
      counts: [N], the training events of each item.
      penalty: P, 0 or more.
    """
    log_total = math.log(max(sum(counts) + len(counts), 1))
    for is_blocked, count in zip(blocked, counts, strict=True):
        if is_blocked:
            yield -math.inf
        else:
            yield penalty * (log_total - math.log(count + 1))


def check_takes_rules(description: Description, model: str) -> None:
    """Refuses an export of a version in which there were no rules.

    Args:
      description: what the export says of itself.
      model: its folder, for the message.

    Raises:
      UserError: as it says.
    """
    if not description.takes_rules:
        raise UserError(
            f"{model} was exported by an earlier version and cannot be asked with "
            "--exclude, --only, --max_per or --popularity_penalty; export the model "
            "again with `python -m trainer train`, or leave them out."
        )


def check_attributes(rules: Rules, known: Iterable[str], model: str) -> None:
    """Refuses attributes that a model's item table does not hold.

    Args:
      rules: as asked for.
      known: the attributes of the table; none where there is no table.
      model: the folder of the exported model, for messages.

    Raises:
      UserError: one is not there; it is named.
    """
    there = sorted(known)
    for name, _ in rules.max_per:
        if not there:
            raise UserError(
                f"--max_per {name} needs attributes of items, and {model} holds none; "
                f"run `python -m pipeline` with --item_fields {shlex.quote(name)}, and "
                "train again."
            )
        if name not in there:
            raise UserError(
                f"--max_per names {name!r}, and the attributes of items in {model} are "
                f"{', '.join(there)}; name one of these, or run `python -m pipeline` "
                f"with --item_fields {shlex.quote(','.join([*there, name]))}, and "
                "train again."
            )


def ranked(
    rank: Callable[[int], tuple[Answer, Sequence[Sequence[int]]]],
    rules: RankingRules,
    top_k: int,
) -> tuple[Answer, list[list[int]]]:
    """Chooses the items of answers, and asks for no more of the ranking than it takes.

    Args:
      rank: called with a length, gives answers of the first items of some rankings,
        and their ids: a row a ranking, 0 behind its last item. Scores are adjusted.
      rules: the rules.
      top_k: the most items to choose of a ranking.

    Returns:
      The last of the answers, and of each row the places of the items to take.
    """
    num_items = len(rules.adjustment)
    if not rules.limits:
        answer, rows = rank(min(top_k, num_items))
        return answer, [walk(row, top_k, ()) for row in rows]
    most = min(top_k, rules.most_items)
    length = min(_MORE * top_k, num_items)
    while True:
        answer, rows = rank(length)
        chosen = [walk(row, most, rules.limits) for row in rows]
        if length == num_items or all(
            len(places) == most or PADDING_ID in row[-1:]
            for places, row in zip(chosen, rows, strict=True)
        ):
            return answer, chosen
        length = min(_MORE * length, num_items)


def walk(ids: Sequence[int], most_items: int, limits: Sequence[Limit]) -> list[int]:
    """Returns the places of the items that are taken of a ranking.

    Args:
      ids: the ranking, best first; 0 behind its last item.
      most_items: so many are taken at most.
      limits: an item is passed over where one of them is reached.
    """
    if not limits:
        num_ranked = ids.index(PADDING_ID) if PADDING_ID in ids else len(ids)
        return list(range(min(num_ranked, most_items)))
    places: list[int] = []
    # Plain loops: this runs for each item of each user's ranking.
    taken: list[tuple[Limit, dict[int, int]]] = [(limit, {}) for limit in limits]
    for place, item in enumerate(ids):
        if len(places) == most_items or item == PADDING_ID:
            break
        for limit, counts in taken:
            code = limit.codes[item]
            if code != _NO_VALUE and counts.get(code, 0) == limit.most:
                break
        else:
            places.append(place)
            for limit, counts in taken:
                code = limit.codes[item]
                counts[code] = counts.get(code, 0) + 1
    return places


def _codes(values: Sequence[str | None]) -> Sequence[int]:
    """Returns numbers from 1 for values, by id: 0 for padding and for no value."""
    numbers: dict[str, int] = {}
    return array(
        "i",
        [
            _NO_VALUE,
            *(
                _NO_VALUE
                if value is None
                else numbers.setdefault(value, len(numbers) + 1)
                for value in values
            ),
        ],
    )


def _reachable(limit: Limit, blocked: bytes) -> int:
    """Returns the items that an answer can hold where there is no other limit."""
    allowed = Counter(
        code
        for code, is_blocked in zip(limit.codes[1:], blocked, strict=True)
        if not is_blocked
    )
    return sum(
        count if code == _NO_VALUE else min(count, limit.most)
        for code, count in allowed.items()
    )
