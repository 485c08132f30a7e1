"""What a comparison found, row by row."""

from dataclasses import dataclass, field
from typing import Any, Literal

from trainer.comparison.trained_run import TrainedRun
from trainer.evaluation.evaluation import Evaluation
from trainer.evaluation.measured import Interval, Measured

Kind = Literal["config", "run", "baseline"]
Figures = dict[str, float]


@dataclass(frozen=True)
class Row:
    """A model or baseline, and what it took.

    Attributes:
      kind: where it came from.
      measured: its measures; means over the runs where there are several.
      fit_seconds: what a baseline took to be fitted; None for models.
      runs: the runs behind the row, one for each seed; none for a baseline.
      of_runs: the measures of each of several runs: `filtered` and `all`.
      above: by measure, by how much its filtered figure is above that of the best
        baseline, and the interval of this difference. Empty for baselines, and where
        there are none.
    """

    kind: Kind
    measured: Measured
    fit_seconds: float | None = None
    runs: tuple[TrainedRun, ...] = ()
    of_runs: dict[str, tuple[Figures, ...]] = field(default_factory=dict)
    above: dict[str, tuple[float, Interval | None]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name in the table."""
        return self.measured.name

    def spread(self, ranking: str, measure: str) -> tuple[float, float] | None:
        """Returns the smallest and largest figure of a measure among the runs.

        Args:
          ranking: `filtered` or `all`.
          measure: the measure's name.

        Returns:
          None where there are not several runs.
        """
        values = [figures[measure] for figures in self.of_runs.get(ranking, ())]
        return (min(values), max(values)) if values else None

    def to_json(self) -> dict[str, Any]:
        """Returns the row's entry in `comparison-<split>.json`."""
        spread = {
            ranking: {measure: self.spread(ranking, measure) for measure in figures[0]}
            for ranking, figures in self.of_runs.items()
        }
        above = {
            measure: {"value": value, "interval": interval}
            for measure, (value, interval) in self.above.items()
        }
        measures = self.measured.to_json()
        measures.pop("runs", None)  # They are in `of_runs`, filtered and all.
        return {
            "name": self.name,
            "kind": self.kind,
            **measures,
            "of_runs": self.of_runs,
            "spread": spread,
            "above_best_baseline": above,
            "fit_seconds": self.fit_seconds,
            "runs": [run.to_json() for run in self.runs],
        }


@dataclass(frozen=True)
class Comparison:
    """All rows, and what they were measured on.

    Attributes:
      data: the folder of the data set.
      max_length: W, the inputs of a window.
      data_settings_digest: of the data set's settings.
      evaluation: the split, its caveat, its targets.
      rows: configs, then runs, then baselines.
      best_baseline: the baseline with the highest filtered NDCG@10, if there is any.
    """

    data: str
    max_length: int
    data_settings_digest: str
    evaluation: Evaluation
    rows: tuple[Row, ...]
    best_baseline: str | None

    def to_json(self) -> dict[str, Any]:
        """Returns the content of `comparison-<split>.json`."""
        value = self.evaluation.to_json()
        del value["measures"]
        return {
            "data": self.data,
            "max_length": self.max_length,
            "data_settings_digest": self.data_settings_digest,
            **value,
            "best_baseline": self.best_baseline,
            "rows": [row.to_json() for row in self.rows],
        }
