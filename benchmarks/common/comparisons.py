"""`python -m trainer compare`: running it, and reading what it wrote."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.common.programs import run_module
from trainer.evaluation import GAP_HIDDEN

HR_10, NDCG_10 = "hr@10", "ndcg@10"


@dataclass(frozen=True)
class Compared:
    """A row of a comparison, filtered.

    Attributes:
      name: its name in the comparison.
      kind: `config`, `run` or `baseline`.
      values: by measure, the mean over the runs.
      intervals: by measure.
      spread: by measure, the lowest and the highest run; empty for a single run.
      runs: `config` and `metrics` of each run; empty for baselines.
    """

    name: str
    kind: str
    values: dict[str, float]
    intervals: dict[str, Sequence[float]]
    spread: dict[str, Sequence[float]]
    runs: tuple[dict[str, Any], ...]

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "Compared":
        """Reads a row of `comparison-<split>.json`."""
        return cls(
            name=row["name"],
            kind=row["kind"],
            values=row["filtered"],
            intervals=row["intervals"]["filtered"],
            spread=row["spread"].get("filtered", {}),
            runs=tuple(row["runs"]),
        )

    @property
    def is_told_next_day(self) -> bool:
        """Whether the model was told the days to the target, as no baseline is."""
        return not self.name.endswith(GAP_HIDDEN) and any(
            run["config"]["day_feature"] == "gap" for run in self.runs
        )

    def metrics(self, name: str) -> list[float]:
        """Returns a value of `metrics.json` for each run."""
        return [run["metrics"][name] for run in self.runs]

    def seconds_to_best(self) -> list[float]:
        """Returns for each run the seconds up to the end of its best epoch.

        Of the whole training the share of the epochs up to it: all take about as
        long.
        """
        return [
            seconds * best / epochs
            for seconds, best, epochs in zip(
                self.metrics("seconds"),
                self.metrics("best_epoch"),
                self.metrics("epochs"),
                strict=True,
            )
        ]


def compare(
    data: Path,
    output: Path,
    configs: Sequence[str],
    seeds: Sequence[int],
    split: str,
    baselines: str = "none",
) -> list[Compared]:
    """Trains what is missing, measures, and returns the rows.

    Args:
      data: the data set.
      output: the folder of the comparison; finished runs in it are not repeated.
      configs: ready names or files.
      seeds: of each config.
      split: what to measure on.
      baselines: `--baselines` of `compare`.

    Raises:
      UserError: the program failed.
    """
    run_module(
        "trainer",
        "compare",
        f"--data={data}",
        f"--output={output}",
        f"--split={split}",
        f"--seeds={','.join(map(str, seeds))}",
        f"--baselines={baselines}",
        "--configs",
        *configs,
    )
    rows = json.loads((output / f"comparison-{split}.json").read_text())["rows"]
    return [Compared.from_json(row) for row in rows]


def with_interval(row: Compared, measure: str) -> str:
    """Returns a figure and its interval, such as `0.0931 [0.0893, 0.0969]`."""
    low, high = row.intervals[measure]
    return f"{row.values[measure]:.4f} [{low:.4f}, {high:.4f}]"


def spread_of(row: Compared, measure: str) -> str:
    """Returns the lowest and the highest seed, such as `0.0925-0.0938`."""
    if measure not in row.spread:
        return ""
    low, high = row.spread[measure]
    return f"{low:.4f}-{high:.4f}"


def span(values: Sequence[float]) -> str:
    """Returns whole numbers as `7` or `6-9`."""
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{low:,}-{high:,}"
