"""What was measured of one scorer."""

from dataclasses import dataclass, field
from typing import Any

# The lower and the upper bound.
Interval = tuple[float, float]
# None where there are fewer than two users: how far they lie apart is not known.
Intervals = dict[str, Interval | None]


@dataclass(frozen=True)
class CutPart:
    """The filtered measures of some of the targets.

    Attributes:
      label: which targets, such as `3-4`.
      num_targets: how many they are, at least 1.
      num_users: how many users have such a target.
      values: by the names of `trainer.evaluation.measures.CUT_MEASURES`.
      intervals: their intervals, over these users alone.
    """

    label: str
    num_targets: int
    num_users: int
    values: dict[str, float]
    intervals: Intervals

    def to_json(self) -> dict[str, Any]:
        """Returns the part's entry in `evaluation-<split>.json`."""
        return {
            "targets": self.num_targets,
            "users": self.num_users,
            **self.values,
            "intervals": _lists(self.intervals),
        }


@dataclass(frozen=True)
class Measured:
    """One scorer's measures, by the names of `trainer.evaluation.measures`.

    Attributes:
      name: the scorer's name.
      filtered: without what each user had seen, and what is recommended.
      all: among the whole catalogue.
      filtered_intervals: of each measure of `filtered` an interval, or None.
      all_intervals: likewise of `all`.
      cuts: by the name of a cut, its parts that hold a target.
      runs: the filtered measures of each run where the scorer stands for several,
        such as one model under several seeds: `filtered` and `all` are then means
        over the runs. Empty for a single run.
    """

    name: str
    filtered: dict[str, float]
    all: dict[str, float]
    filtered_intervals: Intervals
    all_intervals: Intervals
    cuts: dict[str, tuple[CutPart, ...]] = field(default_factory=dict)
    runs: tuple[dict[str, float], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Returns the scorer's entry in `evaluation-<split>.json`."""
        value: dict[str, Any] = {
            "filtered": self.filtered,
            "all": self.all,
            "intervals": {
                "filtered": _lists(self.filtered_intervals),
                "all": _lists(self.all_intervals),
            },
            "cuts": {
                name: {part.label: part.to_json() for part in parts}
                for name, parts in self.cuts.items()
            },
        }
        if self.runs:
            value["runs"] = list(self.runs)
        return value


def _lists(intervals: Intervals) -> dict[str, list[float] | None]:
    return {
        name: None if interval is None else list(interval)
        for name, interval in intervals.items()
    }
