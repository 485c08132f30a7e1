"""What a run holds, as names and values."""

import dataclasses
import datetime
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from schemas.layout import EVAL
from schemas.storage.folders import Folder
from trainer import run_files
from trainer.durations import format_duration
from trainer.evaluation import GAP_HIDDEN
from trainer.inspection.run_view import RunView
from trainer.options import TrainOptions

# Shown on lines of their own, or of no interest to the figures.
_SHOWN = frozenset({"data", "model", "item_embedding", "units", "epochs", "seed"})
# What `report` makes, and `train` and `evaluate` beside it.
_REPORT = "report.html"
_FIGURES = ("loss", "val_loss", "val_hr@10", "val_ndcg@10")


def run_rows(view: RunView, folder: Folder) -> list[tuple[str, str]]:
    """Returns the lines on a run as names and values.

    Args:
      view: what it says of itself.
      folder: where it is.
    """
    return [
        ("run", f"{folder.name}, {_state(view)}"),
        *_origin(view, folder),
        *_model(view.config, view.metrics),
        *_training(view),
        *_evaluations(view),
        *_settings(view.config),
        *_next(view, folder),
    ]


def _state(view: RunView) -> str:
    if not view.metrics:
        return "not finished"
    if view.replaced_by is None:
        return "finished"
    return (
        f"finished; a run that is to replace it has {view.replaced_by} finished epochs"
    )


def _origin(view: RunView, folder: Folder) -> Iterator[tuple[str, str]]:
    last = run_files.METRICS if view.metrics else f"{view.part}{run_files.CONFIG}"
    if last in folder.times:
        moment = datetime.datetime.fromtimestamp(folder.times[last], datetime.UTC)
        word = "finished" if view.metrics else "started"
        yield word, f"{moment:%Y-%m-%d %H:%M} UTC"
    versions = view.metrics.get("versions")
    if isinstance(versions, Mapping):
        names = ("python", "keras", "tensorflow")
        yield (
            "made with",
            ", ".join(f"{name} {versions[name]}" for name in names if name in versions),
        )
    yield (
        "size",
        f"{folder.num_bytes / 1e6:,.1f} MB in {len(folder.sizes):,} files",
    )


def _model(
    config: Mapping[str, Any], metrics: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    units = "+".join(map(str, config["units"]))
    text = (
        f"{config['model']}, item vectors of {config.get('item_embedding')}, layers of "
        f"{units}"
    )
    sizes = metrics.get("model")
    if isinstance(sizes, Mapping):
        text += (
            f", {metrics.get('parameters', 0):,} parameters, {sizes['num_items']:,} "
            f"items, {sizes['max_length']} events at a time"
        )
    yield "model", text


def _training(view: RunView) -> Iterator[tuple[str, str]]:
    metrics, most = view.metrics, view.config.get("epochs")
    if not metrics:
        yield "training", f"{len(view.history)} of at most {most} epochs are finished"
        if view.history:
            yield "last epoch", _figures(view.history[-1])
        return
    yield (
        "training",
        f"{metrics['epochs']} of at most {most} epochs in "
        f"{format_duration(metrics['seconds'])}, on {metrics.get('devices')}",
    )
    yield "best epoch", f"{metrics['best_epoch']}: {_figures(metrics)}"


def _figures(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} {float(values[name]):.4f}" for name in _FIGURES if name in values
    )


def _evaluations(view: RunView) -> Iterator[tuple[str, str]]:
    for split, evaluation in view.evaluations.items():
        own, *others = evaluation["measures"].items()
        # The run once more, kept from what no baseline is told: no baseline, but what
        # compares with them.
        hidden = [of for of in others if of[0].endswith(GAP_HIDDEN)]
        baselines = [of for of in others if of not in hidden]
        best = max(baselines, key=lambda of: of[1]["filtered"]["ndcg@10"], default=None)
        text = f"{split}, {evaluation['targets']:,} targets: {_measured(own[1])}"
        text += "".join(f", {GAP_HIDDEN} {_measured(of)}" for _, of in hidden)
        if best is not None:
            text += f" (best baseline {best[0]}: {_measured(best[1])})"
        if split == EVAL:
            text += "; the kept epoch was chosen on these targets"
        yield "measured", text


def _measured(of: Mapping[str, Any]) -> str:
    figures = of["filtered"]
    return f"HR@10 {figures['hr@10']:.4f}, NDCG@10 {figures['ndcg@10']:.4f}"


def _settings(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields the settings that are not the trainer's defaults."""
    defaults = {field.name: field.default for field in dataclasses.fields(TrainOptions)}
    # JSON has lists where options have tuples.
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in config.items()}
    changed = [
        _flag(name, value)
        for name, value in values.items()
        if name in defaults and name not in _SHOWN and value != defaults[name]
    ]
    yield "settings", ", ".join([*changed, f"--seed {config.get('seed', 0)}"])


def _flag(name: str, value: object) -> str:
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no-{name}"
    return (
        f"--{name} {','.join(map(str, value)) if isinstance(value, tuple) else value}"
    )


def _next(view: RunView, folder: Folder) -> Iterator[tuple[str, str]]:
    run = shlex.quote(folder.name.rstrip("/"))
    data = shlex.quote(str(view.config["data"]))
    if not view.metrics:
        replace = " --overwrite" if view.part else ""
        yield (
            "go on with",
            f"python -m trainer train --config {run}/{view.part}{run_files.CONFIG} "
            f"--output {run}{replace}",
        )
        return
    if not view.evaluations:
        yield "measure", f"python -m trainer evaluate --run {run} --data {data}"
    if _REPORT in folder.sizes:
        yield "look at", f"{run}/{_REPORT}"
    if f"{run_files.EXPORT}/saved_model.pb" in folder.sizes:
        yield (
            "ask it",
            f"python -m trainer predict --model {run}/{run_files.EXPORT} "
            "--history DATE:ITEM,DATE:ITEM",
        )
