"""The figures of a run's evaluations, read back from its folder."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import UserError
from schemas.layout import EVAL, TEST
from trainer.evaluation.measured import Interval
from trainer.storage.stand_ins import local, name_of

# Measures of the comparison, in its columns' order.
SHOWN = ("hr@10", "ndcg@10", "mrr@20")
FILTERED = "filtered"

# A figure and its interval; None where there is none.
Bounded = tuple[float, Interval | None]


@dataclass(frozen=True)
class Quality:
    """One evaluation: how a run and the baselines rank a held-out split.

    Attributes:
      split: the split.
      value: the content of `evaluation-<split>.json`.
    """

    split: str
    value: dict[str, Any]

    @property
    def scorers(self) -> list[str]:
        """The names of what was measured, the run's own first."""
        return list(self.value["measures"])

    def interval(self, scorer: str, measure: str) -> Bounded:
        """Returns a filtered measure and its interval."""
        measures = self.value["measures"][scorer]
        return _bounded(measures[FILTERED], measures["intervals"][FILTERED], measure)

    def cut(self, name: str, measure: str) -> dict[str, Bounded]:
        """Returns a measure of the run and its interval, by the parts of a cut."""
        return {
            label: _bounded(part, part["intervals"], measure)
            for label, part in self._parts(name).items()
        }

    def counts(self, name: str) -> dict[str, tuple[int, int]]:
        """Returns how many targets, and of how many users, the parts of a cut hold."""
        return {
            label: (part["targets"], part["users"])
            for label, part in self._parts(name).items()
        }

    def _parts(self, name: str) -> dict[str, Any]:
        parts: dict[str, Any] = self.value["measures"][self.scorers[0]]["cuts"][name]
        return parts


def _bounded(
    values: dict[str, float], intervals: dict[str, list[float] | None], measure: str
) -> Bounded:
    interval = intervals[measure]
    if interval is None:
        return values[measure], None
    low, high = interval
    return values[measure], (low, high)


def read_quality(run: str) -> list[Quality]:
    """Reads what `evaluate` has left in a run's folder, the test split first.

    Raises:
      UserError: a file is damaged.
    """
    found = []
    for split in (TEST, EVAL):
        path = Path(local(run), f"evaluation-{split}.json")
        if not path.exists():
            continue
        try:
            quality = Quality(split, json.loads(path.read_text()))
            for scorer in quality.scorers:
                for measure in SHOWN:
                    quality.interval(scorer, measure)
            for name in quality.value["cuts"]:
                quality.cut(name, SHOWN[0])
                quality.counts(name)
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            raise UserError(
                f"{name_of(path)} is damaged or of another version; run `python -m "
                f"trainer evaluate --run {run}` again."
            ) from error
        found.append(quality)
    return found
