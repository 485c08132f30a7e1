"""What a finished run says of itself."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import UserError
from schemas.manifest import Manifest
from trainer.learned_from import difference
from trainer.run_files import CONFIG, METRICS
from trainer.runs import read_metrics
from trainer.storage.stand_ins import local, name_of


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
        """Refuses a run that learned from another data set.

        Args:
          path: the folder of the data set.
          manifest: its manifest.

        Raises:
          UserError: the figures would not compare; the run may even have been trained
            on what is held out here.
        """
        if differs := difference(self.metrics, manifest):
            raise UserError(
                f"{self.path} was not trained on {path} but on a data set of other "
                f"{differs}; name the data set of the run with --data, or train again."
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
    return TrainedRun(path, _read(folder / CONFIG), read_metrics(path))


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
