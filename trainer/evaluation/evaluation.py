"""How well scorers rank what a held-out split holds."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from schemas.settings import SPLIT_CAVEATS
from trainer.data_set import DataSet
from trainer.evaluation.held_out import choose_split, load_held_out
from trainer.evaluation.measures import measure
from trainer.evaluation.protocol import Scorer
from trainer.evaluation.ranking import default_batch_size, rank_targets

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Measured:
    """One scorer's measures, by the names of `trainer.evaluation.measures`.

    Attributes:
      name: the scorer's name.
      filtered: without what each user had seen.
      all: among the whole catalogue.
    """

    name: str
    filtered: dict[str, float]
    all: dict[str, float]


@dataclass(frozen=True)
class Evaluation:
    """What was measured, on what, and what must be known of it.

    Attributes:
      split: the split measured on, eval or test.
      data_split: how the data set was divided (`--split` of the pipeline).
      caveat: what leaks under that division.
      num_items: N, the size of the catalogue.
      num_targets: the targets ranked.
      num_unknown: targets outside the vocabulary; each counts as a miss.
      num_seen: known targets that the user had seen before; each counts as a miss
        when filtered.
      measured: the scorers' measures in the order given.
    """

    split: str
    data_split: str
    caveat: str
    num_items: int
    num_targets: int
    num_unknown: int
    num_seen: int
    measured: tuple[Measured, ...]

    def of(self, name: str) -> Measured:
        """Returns what was measured of the scorer called `name`.

        Raises:
          KeyError: there is none.
        """
        for measured in self.measured:
            if measured.name == name:
                return measured
        raise KeyError(name)

    def to_json(self) -> dict[str, Any]:
        """Returns the content of `evaluation-<split>.json`."""
        return {
            "split": self.split,
            "data_split": self.data_split,
            "caveat": self.caveat,
            "items": self.num_items,
            "targets": self.num_targets,
            "unknown_targets": self.num_unknown,
            "unknown_share": self.num_unknown / self.num_targets,
            "seen_targets": self.num_seen,
            "seen_share": self.num_seen / self.num_targets,
            "measures": {
                measured.name: {"filtered": measured.filtered, "all": measured.all}
                for measured in self.measured
            },
        }


def evaluate(
    data_set: DataSet,
    scorers: Sequence[Scorer],
    split: str | None = None,
    batch_size: int | None = None,
    report: Callable[[str, int, int], None] = lambda name, ranked, targets: None,
) -> Evaluation:
    """Ranks every target of a held-out split under every scorer.

    Args:
      data_set: the data set.
      scorers: what to measure; names must differ.
      split: eval or test; None for test where it holds records, else eval.
      batch_size: targets scored at a time; None chooses by the catalogue's size.
      report: called with a scorer's name, its targets ranked so far, and all.

    Raises:
      UsageError: the data set's settings leave no such split.
      UserError: there is nothing to measure on, or a scorer gives no numbers.
      ValueError: two scorers have one name.
    """
    names = [scorer.name for scorer in scorers]
    if len(set(names)) < len(names):
        raise ValueError(f"`scorers` must have different names, got {names}.")
    split = choose_split(data_set, split)
    held_out = load_held_out(data_set, split)
    batch_size = batch_size or default_batch_size(held_out.num_items)
    measured = []
    for scorer in scorers:
        _logger.info("ranking %d targets by %s", len(held_out), scorer.name)
        ranks = rank_targets(
            scorer,
            held_out,
            batch_size,
            report=partial(report, scorer.name),
        )
        measured.append(
            Measured(
                name=scorer.name,
                filtered=measure(ranks.filtered),
                all=measure(ranks.all),
            )
        )
    data_split = data_set.manifest.split.name
    return Evaluation(
        split=split,
        data_split=data_split,
        caveat=SPLIT_CAVEATS[data_split],
        num_items=held_out.num_items,
        num_targets=len(held_out),
        num_unknown=int(held_out.is_unknown().sum()),
        num_seen=int(held_out.is_seen().sum()),
        measured=tuple(measured),
    )
