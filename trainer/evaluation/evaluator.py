"""Measures one scorer after the other on the targets of a split, all of them alike.

    evaluator = load_evaluator(data_set, "test")
    ranks = [evaluator.rank(load(seed)) for seed in range(3)]
    measured = evaluator.measure("transformer", ranks)

Ranks are small beside a model, so a model can be let go once it has ranked.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.array_types import Ints
from trainer.data.data_set import DataSet
from trainer.data.training_events import load_training_events
from trainer.evaluation.bootstrap import Bootstrap, mean_intervals
from trainer.evaluation.cuts import Cut, all_cuts
from trainer.evaluation.held_out import HeldOut, load_held_out
from trainer.evaluation.jackknife import coverage_interval
from trainer.evaluation.measured import CutPart, Interval, Intervals, Measured
from trainer.evaluation.measures import (
    COVERAGE,
    CUT_MEASURES,
    LIST_MEASURES,
    MEASURES,
    NOVELTY,
    POPULARITY,
    by_name,
    gains,
)
from trainer.evaluation.protocol import Scorer
from trainer.evaluation.ranking import (
    TargetRanks,
    default_batch_size,
    rank_targets,
)
from trainer.metrics import coverage, list_novelty, list_popularity

_logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Evaluator:
    """The targets of a split and what is needed to measure on them.

    Attributes:
      held_out: the T targets.
      item_counts: ints [N], the training events of each item, each event once.
      cuts: divisions of the targets.
      bootstrap: how intervals are made.
    """

    held_out: HeldOut
    item_counts: Ints
    cuts: tuple[Cut, ...]
    bootstrap: Bootstrap

    def rank(
        self,
        scorer: Scorer,
        batch_size: int | None = None,
        report: Callable[[int, int], None] = lambda num_ranked, num_targets: None,
    ) -> TargetRanks:
        """Ranks every target under a scorer.

        Args:
          scorer: what scores the catalogue; not needed afterwards.
          batch_size: targets scored at a time; None chooses by the catalogue's size.
          report: called with the targets ranked so far, and T.

        Raises:
          UserError: the scorer gives something that is not a number.
        """
        _logger.info("ranking %d targets by %s", len(self.held_out), scorer.name)
        batch_size = batch_size or default_batch_size(self.held_out.num_items)
        return rank_targets(scorer, self.held_out, batch_size, report)

    def measure(self, name: str, runs: Sequence[TargetRanks]) -> Measured:
        """Returns the measures, intervals and cuts of a scorer.

        Args:
          name: the scorer's name.
          runs: its ranks; several where it stands for several runs, such as one
            model under several seeds. Each target's gains are then averaged over
            the runs before users are drawn, so the intervals are of the mean over
            the runs.

        Raises:
          ValueError: there are no `runs`.
        """
        if not runs:
            raise ValueError(f"`runs` of {name!r} must hold a ranking or more.")
        filtered, full = _mean_gains(runs)
        intervals = self._intervals(np.concatenate([filtered, full], axis=1))
        listed, listed_intervals = self._measure_lists(runs)
        return Measured(
            name=name,
            filtered={**by_name(MEASURES, filtered.mean(axis=0)), **listed},
            all=by_name(MEASURES, full.mean(axis=0)),
            filtered_intervals={
                **dict(zip(MEASURES, intervals, strict=False)),
                **listed_intervals,
            },
            all_intervals=dict(zip(MEASURES, intervals[len(MEASURES) :], strict=True)),
            cuts={cut.name: self._parts(cut, filtered) for cut in self.cuts},
            runs=tuple(self._figures(run) for run in runs) if len(runs) > 1 else (),
        )

    def difference(
        self, runs: Sequence[TargetRanks], others: Sequence[TargetRanks]
    ) -> dict[str, tuple[float, Interval | None]]:
        """Returns by how much one scorer is above another, filtered, by measure.

        Both are taken on the same drawn users, so the interval is narrower than those
        of the two by themselves suggest: what is hard for both falls out.

        Args:
          runs: the ranks of the one; of several runs the mean counts.
          others: the ranks of the other.
        """
        above = _mean_gains(runs)[0] - _mean_gains(others)[0]
        values = above.mean(axis=0).tolist()
        pairs = zip(values, self._intervals(above), strict=True)
        return dict(zip(MEASURES, pairs, strict=True))

    def _intervals(
        self, values: Floats, kept: Any = slice(None)
    ) -> list[Interval | None]:
        user = self.held_out.user[kept]
        return mean_intervals(values[kept], user, self.bootstrap)

    def _parts(self, cut: Cut, filtered: Floats) -> tuple[CutPart, ...]:
        """Returns the parts of a cut that hold a target.

        Users are drawn from those of the part, as if there were no other targets: drawn
        from all, a resample might hold no target of a small part.
        """
        columns = [MEASURES.index(measure) for measure in CUT_MEASURES]
        values = filtered[:, columns]
        parts = []
        for index in np.unique(cut.part):
            kept = cut.part == index
            intervals = self._intervals(values, kept)
            parts.append(
                CutPart(
                    label=cut.labels[index],
                    num_targets=int(np.count_nonzero(kept)),
                    num_users=len(np.unique(self.held_out.user[kept])),
                    values=by_name(CUT_MEASURES, values[kept].mean(axis=0)),
                    intervals=dict(zip(CUT_MEASURES, intervals, strict=True)),
                )
            )
        return tuple(parts)

    def _measure_lists(
        self, runs: Sequence[TargetRanks]
    ) -> tuple[dict[str, float], Intervals]:
        """Returns `LIST_MEASURES` and their intervals."""
        num_items = self.held_out.num_items
        lists = [run.recommended for run in runs]
        values = self._list_values(lists)
        # A user who has seen every item is recommended nothing.
        kept = ~np.isnan(values).any(axis=1)
        if kept.any():
            means = values[kept].mean(axis=0)
            intervals = self._intervals(values, kept)
        else:
            means, intervals = np.zeros(2), [None] * 2
        covered = float(np.mean([coverage(part, num_items) for part in lists]))
        covered_interval = coverage_interval(
            lists, self.held_out.user, num_items, self.bootstrap.level
        )
        return (
            {COVERAGE: covered, **by_name((POPULARITY, NOVELTY), means)},
            dict(zip(LIST_MEASURES, [covered_interval, *intervals], strict=True)),
        )

    def _list_values(self, lists: Sequence[npt.NDArray[np.int32]]) -> Floats:
        """Returns the popularity and novelty of each target's items: [T, 2]."""
        items = np.concatenate(lists, axis=1)
        return np.stack(
            [
                list_popularity(items, self.item_counts),
                list_novelty(items, self.item_counts),
            ],
            axis=1,
        )

    def _figures(self, run: TargetRanks) -> dict[str, float]:
        """Returns the filtered measures of a single run, without intervals."""
        values = self._list_values([run.recommended])
        kept = values[~np.isnan(values).any(axis=1)]
        means = kept.mean(axis=0) if len(kept) else np.zeros(2)
        return {
            **by_name(MEASURES, gains(run.filtered).mean(axis=0)),
            COVERAGE: coverage(run.recommended, self.held_out.num_items),
            **by_name((POPULARITY, NOVELTY), means),
        }


def _mean_gains(runs: Sequence[TargetRanks]) -> tuple[Floats, Floats]:
    """Returns each target's gains, filtered and all, as means over the runs."""
    filtered = np.mean([gains(run.filtered) for run in runs], axis=0)
    return filtered, np.mean([gains(run.all) for run in runs], axis=0)


def load_evaluator(
    data_set: DataSet,
    split: str,
    item_counts: Ints | None = None,
    bootstrap: Bootstrap | None = None,
) -> Evaluator:
    """Reads the targets of a split.

    Args:
      data_set: the data set.
      split: eval or test, as `choose_split` gives it.
      item_counts: ints [N], the training events of each item; None reads them.
      bootstrap: how intervals are made; None for the defaults.

    Raises:
      UserError: a shard is damaged.
    """
    if item_counts is None:
        item_counts = load_training_events(data_set).item_counts()
    held_out = load_held_out(data_set, split)
    return Evaluator(
        held_out=held_out,
        item_counts=item_counts,
        cuts=all_cuts(held_out, item_counts),
        bootstrap=bootstrap or Bootstrap(),
    )
