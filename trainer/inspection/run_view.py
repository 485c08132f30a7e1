"""A run looked at: its small files, read and checked."""

import csv
import io
import json
from dataclasses import dataclass, field
from typing import Any

from schemas.errors import UserError
from schemas.exported_model import description_path
from schemas.layout import MANIFEST
from schemas.storage.folders import Folder
from trainer import run_files
from trainer.errors import first_line

_EVALUATION = "evaluation-"
# Of a run, and not of what else is called config.json.
_OF_A_RUN = frozenset({"data", "model", "units"})
_STAGED = f"{run_files.STAGED}/"


@dataclass(frozen=True)
class RunView:
    """What is known of a run without its model.

    Attributes:
      config: the options that it was started with.
      history: the figures of each finished epoch by name, as text.
      metrics: of a finished run; empty for another.
      evaluations: what `evaluate` has measured, by split.
      part: where its files stand in the folder: `.training/` for a run that was started
        with --overwrite and is not finished, else empty.
      replaced_by: finished epochs of the run that is to replace it; None where there
        is none.
    """

    config: dict[str, Any]
    history: list[dict[str, str]] = field(default_factory=list)
    metrics: dict[str, Any] = field(default_factory=dict)
    evaluations: dict[str, dict[str, Any]] = field(default_factory=dict)
    part: str = ""
    replaced_by: int | None = None


def view_run(folder: Folder) -> RunView:
    """Reads what a run says of itself.

    Raises:
      UserError: there is no run, or one of its files is damaged.
    """
    has_staged = f"{_STAGED}{run_files.CONFIG}" in folder.sizes
    if run_files.CONFIG not in folder.sizes:
        if not has_staged:
            raise UserError(_why_none(folder))
        config = _config(folder, _STAGED)
        return RunView(config, _history(folder, _STAGED), part=_STAGED)
    return RunView(
        config=_config(folder, ""),
        history=_history(folder, ""),
        metrics=_object(folder, run_files.METRICS)
        if run_files.METRICS in folder.sizes
        else {},
        evaluations={
            name.removeprefix(_EVALUATION).removesuffix(".json"): _object(folder, name)
            for name in folder.entries
            if name.startswith(_EVALUATION) and name.endswith(".json")
        },
        replaced_by=len(_history(folder, _STAGED)) if has_staged else None,
    )


def _why_none(folder: Folder) -> str:
    """Returns why a folder without a config.json is no run."""
    name, entries = folder.name, folder.entries
    if not entries:
        return (
            f"there is no run at {name}; make one with `python -m trainer train --data "
            f"DATA --output {name}`."
        )
    if MANIFEST in entries:
        return (
            f"{name} is no run but a data set; see `python -m pipeline inspect {name}`."
        )
    if description_path("").lstrip("/") in folder.sizes:
        return f"{name} is the exported model of a run; name the run's own folder."
    return (
        f"{name} is no run: it holds {entries[0]!r} and no {run_files.CONFIG}; name a "
        "folder that `python -m trainer train` wrote."
    )


def _config(folder: Folder, part: str) -> dict[str, Any]:
    config = _object(folder, f"{part}{run_files.CONFIG}")
    if not config.keys() >= _OF_A_RUN:
        raise UserError(
            f"{folder.name} is no run: its {part}{run_files.CONFIG} does not name "
            f"{', '.join(sorted(_OF_A_RUN))}; name a folder that `python -m trainer "
            "train` wrote."
        )
    return config


def _object(folder: Folder, file: str) -> dict[str, Any]:
    try:
        value = json.loads(folder.read(file))
        if not isinstance(value, dict):
            raise ValueError("it holds no JSON object")
    except (ValueError, RecursionError) as error:
        raise _damaged(folder, file, error) from error
    return value


def _history(folder: Folder, part: str) -> list[dict[str, str]]:
    """Returns the epochs that are finished; none before the first."""
    file = f"{part}{run_files.HISTORY}"
    if file not in folder.sizes:
        return []
    try:
        text = folder.read(file).decode()
        return list(csv.DictReader(io.StringIO(text), strict=True))
    except (ValueError, csv.Error) as error:
        raise _damaged(folder, file, error) from error


def _damaged(folder: Folder, file: str, error: Exception) -> UserError:
    return UserError(
        f"{folder.path_of(file)} is damaged ({first_line(error)}); train the run again "
        "with --overwrite."
    )
