"""How well scorers rank what a held-out split holds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from schemas.settings import SPLIT_CAVEATS
from trainer.array_types import Ints
from trainer.data.data_set import DataSet
from trainer.evaluation import caveats_of_runs
from trainer.evaluation.bootstrap import Bootstrap
from trainer.evaluation.evaluator import Evaluator, load_evaluator
from trainer.evaluation.held_out import choose_split
from trainer.evaluation.measured import Measured
from trainer.evaluation.protocol import Scorer
from trainer.evaluation.run_scorer import ModelScorer


@dataclass(frozen=True)
class Evaluation:
    """What was measured, on what, and what must be known of it.

    Attributes:
      split: the split measured on, eval or test.
      data_split: how the data set was divided (`--split` of the pipeline).
      caveat: what leaks under that division.
      num_items: N, the size of the catalogue.
      num_targets: the targets ranked.
      num_users: the users that they are of.
      num_unknown: targets outside the vocabulary; each counts as a miss.
      num_seen: known targets that the user had seen before; each counts as a miss
        when filtered.
      measured: the scorers' measures in the order given.
      cuts: what the targets are divided by, by the name of a cut.
      bootstrap: how the intervals were made.
      caveats: what else must be known of the runs' figures, a sentence each.
    """

    split: str
    data_split: str
    caveat: str
    num_items: int
    num_targets: int
    num_users: int
    num_unknown: int
    num_seen: int
    measured: tuple[Measured, ...]
    cuts: dict[str, str] = field(default_factory=dict)
    bootstrap: Bootstrap = field(default_factory=Bootstrap)
    caveats: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Returns the content of `evaluation-<split>.json`."""
        return {
            "split": self.split,
            "data_split": self.data_split,
            "caveat": self.caveat,
            "caveats_of_runs": list(self.caveats),
            "items": self.num_items,
            "targets": self.num_targets,
            "users": self.num_users,
            "unknown_targets": self.num_unknown,
            "unknown_share": self.num_unknown / self.num_targets,
            "seen_targets": self.num_seen,
            "seen_share": self.num_seen / self.num_targets,
            "intervals": {
                "level": self.bootstrap.level,
                "kind": "percentile bootstrap over users; coverage: jackknife over "
                "users",
                "resamples": self.bootstrap.resamples,
                "seed": self.bootstrap.seed,
            },
            "cuts": self.cuts,
            "measures": {
                measured.name: measured.to_json() for measured in self.measured
            },
        }


def evaluate(
    data_set: DataSet,
    scorers: Iterable[Scorer],
    split: str | None = None,
    batch_size: int | None = None,
    report: Callable[[str, int, int], None] = lambda name, ranked, targets: None,
    *,
    item_counts: Ints | None = None,
    bootstrap: Bootstrap | None = None,
) -> Evaluation:
    """Ranks every target of a held-out split under every scorer.

    Args:
      data_set: the data set.
      scorers: what to measure; names must differ. Taken one at a time and not kept:
        a generator can load each model when its turn comes.
      split: eval or test; None for test where it holds records, else eval.
      batch_size: targets scored at a time; None chooses by the catalogue's size.
      report: called with a scorer's name, its targets ranked so far, and all.
      item_counts: ints [N], the training events of each item; None reads them.
      bootstrap: how intervals are made; None for the defaults.

    Raises:
      UsageError: the data set's settings leave no such split.
      UserError: there is nothing to measure on, or a scorer gives no numbers.
      ValueError: two scorers have one name.
    """
    split = choose_split(data_set, split)
    evaluator = load_evaluator(data_set, split, item_counts, bootstrap)
    measured: dict[str, Measured] = {}
    caveats: tuple[str, ...] = ()
    with_attributes = False
    for scorer in scorers:
        name = scorer.name
        if name in measured:
            raise ValueError(f"`scorers` must have different names, got {name!r} twice")
        if isinstance(scorer, ModelScorer):
            with_attributes |= scorer.has_attributes
            caveats = caveats_of_runs(split, with_attributes=with_attributes)
        ranks = evaluator.rank(scorer, batch_size, partial(report, name))
        del scorer  # Else it would live while the next one is loaded.
        measured[name] = evaluator.measure(name, [ranks])
    return evaluation_of(data_set, split, evaluator, measured.values(), caveats)


def evaluation_of(
    data_set: DataSet,
    split: str,
    evaluator: Evaluator,
    measured: Iterable[Measured],
    caveats: tuple[str, ...],
) -> Evaluation:
    """Returns what `evaluator`, of a split of the data set, has measured.

    `caveats` are of `caveats_of_runs`, none where no run was measured.
    """
    held_out = evaluator.held_out
    data_split = data_set.manifest.split.name
    return Evaluation(
        split=split,
        data_split=data_split,
        caveat=SPLIT_CAVEATS[data_split],
        num_items=held_out.num_items,
        num_targets=len(held_out),
        num_users=len(set(held_out.user.tolist())),
        num_unknown=int(held_out.is_unknown().sum()),
        num_seen=int(held_out.is_seen().sum()),
        measured=tuple(measured),
        cuts={cut.name: cut.description for cut in evaluator.cuts},
        bootstrap=evaluator.bootstrap,
        caveats=caveats,
    )
