"""What the trials of a search found, and the files that say so."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import UserError
from schemas.storage.whole_file import write_whole
from trainer import run_files, runs
from trainer.durations import format_duration
from trainer.run_files import CONFIG
from trainer.runs import write_json
from trainer.storage.paths import join
from trainer.storage.stand_ins import local
from trainer.tuning.options import TuneOptions
from trainer.tuning.search_folder import BEST, FIGURES, TABLE, trial_path

OBJECTIVE = "val_ndcg@10"
_MEASURES = (OBJECTIVE, "val_hr@10", "val_loss")


@dataclass(frozen=True)
class TrialResult:
    """A trial that has ended.

    Attributes:
      number: from 1, in the order of their starts.
      path: the folder of its run.
      settings: the searched options.
      metrics: its `metrics.json`; empty where it failed.
      failure: why it failed; empty where it did not.
    """

    number: int
    path: str
    settings: dict[str, Any]
    metrics: dict[str, Any]
    failure: str = ""

    @property
    def score(self) -> float:
        """NDCG@10 on the eval split, in its best epoch."""
        return float(self.metrics[OBJECTIVE])

    @property
    def settings_text(self) -> str:
        """The settings in a line."""
        return ", ".join(f"{name} {text(v)}" for name, v in self.settings.items())

    def to_json(self) -> dict[str, Any]:
        """Returns the trial's entry in `trials.json`."""
        names = (*_MEASURES, "best_epoch", "epochs", "seconds", "parameters")
        return {
            "trial": self.number,
            "run": self.path,
            "settings": self.settings,
            **{name: self.metrics[name] for name in names if name in self.metrics},
            **({"failure": self.failure} if self.failure else {}),
        }


def read_metrics(path: str) -> dict[str, Any]:
    """Returns the `metrics.json` of a trial's run.

    Raises:
      UserError: it cannot be read.
    """
    try:
        metrics = runs.read_metrics(path)
        float(metrics[OBJECTIVE])
    except (UserError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{join(path, run_files.METRICS)} is missing or damaged, and the search "
            "needs it; choose another --output."
        ) from error
    return metrics


def best_first(results: Iterable[TrialResult]) -> list[TrialResult]:
    """Returns the trials by falling score, equal ones by number, failed ones last."""
    return sorted(
        results,
        key=lambda result: (
            bool(result.failure),
            0.0 if result.failure else -result.score,
            result.number,
        ),
    )


def write_results(options: TuneOptions, results: list[TrialResult]) -> None:
    """Writes `trials.json`, `trials.md` and, once a trial succeeded, `best.json`.

    Args:
      options: of the search.
      results: the best first.

    Raises:
      OSError: a file cannot be written.
    """
    folder = Path(local(options.output))
    figures = {
        "objective": OBJECTIVE,
        "data": options.data,
        "tuner": options.tuner,
        "options": options.constants,
        "space": options.space.to_json(),
        "trials": [result.to_json() for result in results],
    }
    write_json(folder / FIGURES, figures)
    write_whole(folder / TABLE, format_table(options, results))
    if results and not results[0].failure:
        trial = local(trial_path(options.output, results[0].number))
        config = Path(trial, CONFIG)
        write_json(folder / BEST, json.loads(config.read_text()))


def format_table(options: TuneOptions, results: list[TrialResult]) -> str:
    """Returns the content of `trials.md`."""
    names = options.space.names
    if options.tuner == "hyperband":
        names = (*names, "epochs")
    measures = [name for name in _MEASURES[:2]]
    head = ["trial", *measures, "best epoch", "time", *(f"`{n}`" for n in names)]
    lines = [
        f"# Trials of {options.constants['model']} on {options.data}",
        "",
        f"The best first, by {OBJECTIVE} on the eval split. The best of many is there "
        "by luck too: measure it on the test split with `python -m trainer evaluate`.",
        "",
        f"| {' | '.join(head)} |",
        f"|{' --- |' * len(head)}",
    ]
    for result in results:
        figures = ["failed", *[""] * (len(measures) + 1)]
        if not result.failure:
            metrics = result.metrics
            figures = [
                *(f"{metrics[name]:.4f}" for name in measures),
                f"{metrics['best_epoch']} of {metrics['epochs']}",
                format_duration(metrics["seconds"]),
            ]
        settings = [text(result.settings[name]) for name in names]
        lines.append(f"| {' | '.join([str(result.number), *figures, *settings])} |")
    failures = [
        f"- {result.number}: {result.failure}" for result in results if result.failure
    ]
    if failures:
        lines += ["", "Trials that failed:", "", *failures]
    return "\n".join(lines) + "\n"


def text(value: Any) -> str:
    """Returns a value as its flag takes it."""
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
