"""What a finished run says of itself."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import UserError
from schemas.manifest import Manifest
from trainer.runs import CONFIG, METRICS
from trainer.storage.stand_ins import local, name_of

# What a comparison shows of `metrics.json`, and as what.
_SHOWN: dict[str, tuple[type, ...]] = {
    "best_epoch": (int,),
    "devices": (str,),
    "epochs": (int,),
    "parameters": (int,),
    "seconds": (int, float),
}


@dataclass(frozen=True)
class TrainedRun:
    """A finished run on disk.

    Attributes:
      path: its folder.
      config: its `config.json`.
      metrics: its `metrics.json`.
    """

    path: str
    config: dict[str, Any]
    metrics: dict[str, Any]

    def check_data_set(self, path: str, manifest: Manifest) -> None:
        """Refuses a run of a data set that was made with other settings.

        Args:
          path: the folder of the data set.
          manifest: its manifest.

        Raises:
          UserError: the settings differ, so the figures would not compare; the run may
            even have been trained on what is held out here.
        """
        if self.metrics.get("data_settings_digest") != manifest.settings_digest:
            raise UserError(
                f"{self.path} was not trained on {path} but on a data set of other "
                "settings; "
                "name the data set of the run with --data, or train again."
            )

    def to_json(self) -> dict[str, Any]:
        """Returns the run's entry in a row."""
        return {"path": self.path, "config": self.config, "metrics": self.metrics}


def read_trained_run(path: str) -> TrainedRun:
    """Reads the two files; the model is not looked at.

    Raises:
      UserError: there is no finished run, or one of the files is damaged.
    """
    folder = Path(local(path))
    if not (folder / METRICS).exists():
        raise UserError(
            f"there is no finished run at {path}; make one with `python -m trainer "
            f"train --data DATA --output {path}`."
        )
    metrics = _read(folder / METRICS)
    missing = [key for key in _SHOWN if key not in metrics]
    if missing:
        raise _damaged(folder / METRICS, f"it holds no {missing[0]!r}")
    for key, kinds in _SHOWN.items():
        if type(metrics[key]) not in kinds:
            raise _damaged(folder / METRICS, f"{key!r} is {metrics[key]!r}")
    return TrainedRun(path, _read(folder / CONFIG), metrics)


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text())
    except OSError as error:
        raise _damaged(path, error.strerror) from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "it is not JSON") from error
    if not isinstance(value, dict):
        raise _damaged(path, "it is no JSON object")
    return value


def _damaged(path: Path, detail: str | None) -> UserError:
    return UserError(
        f"{name_of(path)} cannot be used ({detail}); train the run again with "
        "--overwrite."
    )
