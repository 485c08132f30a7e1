"""What a model should reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from benchmarks.common.comparisons import HR_10, NDCG_10, Compared

_BOTH = (HR_10, NDCG_10)


class Goal(Protocol):
    """Something that a row reaches or not; `str` says it in words."""

    def is_reached(self, row: Compared, baselines: Sequence[Compared]) -> bool:
        """Whether the row reaches it.

        Args:
          row: the model.
          baselines: the baselines on the same targets.
        """
        ...


@dataclass(frozen=True)
class Figures:
    """Published or measured figures, both to be reached.

    Attributes:
      hit_rate: HR@10.
      ndcg: NDCG@10.
      above: whether to be as good is not enough.
      of: whose they are.
    """

    hit_rate: float
    ndcg: float
    above: bool = False
    of: str = ""

    def __str__(self) -> str:
        of = f" ({self.of})" if self.of else ""
        return f"{'above ' * self.above}{self.hit_rate:.4f} / {self.ndcg:.4f}{of}"

    def is_reached(self, row: Compared, baselines: Sequence[Compared]) -> bool:
        """Whether HR@10 and NDCG@10 are as high, or higher where `above`."""
        pairs = zip((self.hit_rate, self.ndcg), _BOTH, strict=True)
        if self.above:
            return all(row.values[measure] > figure for figure, measure in pairs)
        return all(row.values[measure] >= figure for figure, measure in pairs)


@dataclass(frozen=True)
class AboveBaselines:
    """More than every baseline, in HR@10 and in NDCG@10.

    Attributes:
      intervals_apart: whether the model's interval must lie above every baseline's.
    """

    intervals_apart: bool = False

    def __str__(self) -> str:
        return f"above every baseline{', intervals apart' * self.intervals_apart}"

    def is_reached(self, row: Compared, baselines: Sequence[Compared]) -> bool:
        """Whether it is above all of them."""
        return all(
            row.intervals[measure][0] > other.intervals[measure][1]
            if self.intervals_apart
            else row.values[measure] > other.values[measure]
            for other in baselines
            for measure in _BOTH
        )


@dataclass(frozen=True)
class TimesBestBaseline:
    """So many times the highest NDCG@10 of any baseline."""

    factor: float

    def __str__(self) -> str:
        return f"{self.factor:g} times the best baseline's NDCG@10"

    def is_reached(self, row: Compared, baselines: Sequence[Compared]) -> bool:
        """Whether it is."""
        best = max(other.values[NDCG_10] for other in baselines)
        return row.values[NDCG_10] >= self.factor * best
