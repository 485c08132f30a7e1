"""All that a training must know to go on as if it had never stopped.

The file is NumPy's `.npz`: an array for each variable, and the rest as JSON. Nothing in
it is pickled, and its checksums tell where it was damaged.
"""

import json
import os
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from schemas.errors import UserError
from schemas.storage.whole_file import whole_file
from trainer.errors import first_line
from trainer.storage.stand_ins import name_of

_PROGRESS = "progress"

Arrays = dict[str, np.ndarray[Any, Any]]


@dataclass(frozen=True)
class Progress:
    """How far a training has come.

    Attributes:
      data_set: `trainer.training.resume.digest_of` the data set's manifest.
      num_steps: the most steps that were asked for; None where epochs were.
      epoch: the number of finished epochs.
      step: the finished steps of the epoch at hand.
      seconds: spent on training.
      is_done: no epoch is to follow.
      history: the figures of each finished epoch, by name.
      best_epoch: the number of the epoch whose weights are kept, from 1; 0 before there
        is one.
    """

    data_set: str
    num_steps: int | None = None
    epoch: int = 0
    step: int = 0
    seconds: float = 0.0
    is_done: bool = False
    history: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0


@dataclass(frozen=True)
class TrainingState:
    """What a file holds.

    Attributes:
      path: the file.
      progress: how far the training has come.
      arrays: the values of the variables by their keys, until a model has them.
    """

    path: Path
    progress: Progress
    arrays: Arrays

    def restore(self, model: Any) -> None:
        """Sets the weights, the seeds of dropout, and the optimizer's variables.

        Once: three times the weights are not held a second time while it trains.

        Raises:
          UserError: the file is of another model.
        """
        self._assign(_lasting_variables(model))

    def restore_metrics(self, model: Any) -> None:
        """Sets the running means of the epoch at hand, which `fit` starts at zero.

        Raises:
          UserError: as `restore`.
        """
        self._assign(_metric_variables(model))

    def _assign(self, variables: dict[str, Any]) -> None:
        for key, variable in variables.items():
            value = self.arrays.get(key)
            if value is None or value.shape != tuple(variable.shape):
                raise _unusable(self.path, f"it has no {variable.path} of this model")
            variable.assign(self.arrays.pop(key))


def save_state(path: Path, model: Any, progress: Progress) -> None:
    """Writes the state of a training, whole or not at all.

    Args:
      path: the file; one that is there stays until the new one is complete.
      model: compiled, its optimizer built.
      progress: how far it has come.
    """
    if keras.backend.backend() == "jax":
        model.jax_state_sync()
    variables = _lasting_variables(model) | _metric_variables(model)
    arrays = {
        key: keras.ops.convert_to_numpy(variable) for key, variable in variables.items()
    }
    text = json.dumps(asdict(progress)).encode()
    with whole_file(path) as partial, open(partial, "wb") as file:
        np.savez(file, **{_PROGRESS: np.frombuffer(text, np.uint8), **arrays})
        file.flush()
        # A machine that goes away must not leave the new name on half a file.
        os.fsync(file.fileno())


def load_state(path: Path) -> TrainingState:
    """Reads what `save_state` wrote.

    Raises:
      UserError: the file is damaged.
    """
    try:
        # Opened here, since NumPy leaves a damaged file open.
        with open(path, "rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
        values = json.loads(arrays.pop(_PROGRESS).tobytes())
        progress = Progress(**values)
    except (
        *(OSError, EOFError, ValueError, TypeError, KeyError, NotImplementedError),
        *(zipfile.BadZipFile, zlib.error),
    ) as error:
        raise _unusable(path, first_line(error)) from error
    return TrainingState(path, progress, arrays)


def _lasting_variables(model: Any) -> dict[str, Any]:
    """Returns weights, seeds and the optimizer's variables by key."""
    return _numbered("model", model.variables) | _numbered(
        "optimizer", model.optimizer.variables
    )


def _metric_variables(model: Any) -> dict[str, Any]:
    return _numbered("metric", model.metrics_variables)


def _numbered(kind: str, variables: Sequence[Any]) -> dict[str, Any]:
    # By number: paths need not be unique, and hold slashes.
    return {f"{kind}-{number}": each for number, each in enumerate(variables)}


def _unusable(path: Path, reason: str) -> UserError:
    return UserError(
        f"{name_of(path)} is damaged or of another version ({reason}); add --overwrite "
        "to train from the start."
    )
