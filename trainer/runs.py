"""How the folder of a run (`run_files`) is written, replaced and read back."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from schemas import layout
from schemas.errors import UsageError, UserError
from schemas.storage.folder_lock import lock_folder
from schemas.storage.replacement import (
    WHOLE,
    recover,
    recover_locked,
    remove,
    replace_entries,
)
from schemas.storage.whole_file import write_whole
from trainer.errors import first_line
from trainer.options import TrainOptions
from trainer.run_files import (
    ALL,
    CHECKPOINTS,
    CONFIG,
    EVALUATIONS,
    METRICS,
    MODEL,
    STAGED,
    STATE,
)
from trainer.run_metrics import fault_of
from trainer.storage.paths import check_path
from trainer.storage.stand_ins import local, name_of


def folder_of(output: str, overwrite: bool) -> Path:
    """Returns the folder in which the files of a run are made."""
    folder = Path(local(output))
    return folder / STAGED if overwrite else folder


def check_folders(data: str, output: str) -> None:
    """Refuses `--data` and `--output` that name no folder.

    Raises:
      UsageError: one of them is empty, of a storage that is not known, or cut short.
    """
    for name, path in (("data", data), ("output", output)):
        if not path:
            raise UsageError(f"--{name} must name a folder, got ''")
        check_path(name, path)


def check_no_data_set(output: str) -> None:
    """Refuses an output in which the pipeline keeps what it wrote.

    The pipeline would never again replace a data set with other files in its folder.

    Raises:
      UserError: it holds a data set, or recommendations.
    """
    if os.path.lexists(Path(local(output), layout.MANIFEST)):
        raise UserError(
            f"{output} holds what the pipeline wrote ({layout.MANIFEST}); choose "
            "another --output."
        )


def check_output(output: str, overwrite: bool) -> None:
    """Refuses an output before any work is done.

    Raises:
      UserError: it holds a data set, or a finished run and `overwrite` is not set, or
        files that are of no run and stand where a run keeps its own.
    """
    folder = Path(local(output))
    check_no_data_set(output)
    recover(str(folder), METRICS)
    if os.path.exists(folder / METRICS) and not overwrite:
        raise UserError(
            f"{output} already holds a finished run; choose another --output or add "
            "--overwrite."
        )
    for run in (folder, folder / STAGED):
        for path in [] if _is_run(run) else _files(run):
            if _is_filled(path):
                raise UserError(
                    f"{name_of(path)} is of no run of the trainer and would be "
                    "replaced; choose another --output."
                )


def _files(folder: Path) -> list[Path]:
    """Returns what a run may hold, in the order in which it must be removed."""
    first, *others, last = (folder / name for name in ALL)
    return [first, *folder.glob(EVALUATIONS), *others, last]


def _is_filled(path: Path) -> bool:
    """Whether there is anything but an empty folder at `path`."""
    try:
        return os.path.lexists(path) and not (path.is_dir() and not os.listdir(path))
    except OSError:
        return True


def _is_run(folder: Path) -> bool:
    """Whether the folder holds a run: finished or not, and one of two files damaged."""
    return _has_keys(folder / CONFIG, {"data", "model", "units"}) or _has_keys(
        folder / METRICS, {"best_epoch", "data_settings_digest"}
    )


def _has_keys(path: Path, keys: set[str]) -> bool:
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError):
        return False
    return isinstance(value, dict) and keys <= value.keys()


@contextlib.contextmanager
def locked(output: str) -> Iterator[None]:
    """Keeps other runs out of the folder, which is made if there is none.

    Raises:
      UserError: another run is writing it, or it cannot be written.
    """
    try:
        lock = lock_folder(local(output), output)
    except OSError as error:
        raise _unwritable(output, error) from error
    with lock:
        yield


def prepare_run(output: str, overwrite: bool) -> Path:
    """Makes the folder of a new run, empty of an unfinished run's files.

    Other files in it stay, and so does a finished run, which `finish_run` replaces.

    Returns:
      `folder_of` the two.

    Raises:
      UserError: as `check_output`, or the folder cannot be written.
    """
    check_output(output, overwrite)
    folder = folder_of(output, overwrite)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in _files(folder):
            remove(path)
        (folder / CHECKPOINTS).mkdir()
    except OSError as error:
        raise _unwritable(output, error) from error
    return folder


def finish_run(output: str, overwrite: bool) -> None:
    """Puts a finished run in the place of the earlier one, whose lock is held.

    Raises:
      UserError: the folder cannot be written.
    """
    folder, staged = Path(local(output)), folder_of(output, True)
    try:
        if overwrite:
            names = {path.name for path in _files(folder)}
            recover_locked(str(folder), METRICS)
            # Of a training that was killed before it took its place.
            remove(folder / WHOLE)
            replace_entries(str(folder), str(staged), names, METRICS)
        # Three times the weights, of use to a training that goes on alone.
        (folder / STATE).unlink(missing_ok=True)
        # Left by a training that was stopped and is no longer wanted.
        remove(staged)
    except OSError as error:
        raise _unwritable(output, error) from error


def _unwritable(output: str, error: OSError) -> UserError:
    return UserError(
        f"{output} cannot be written ({error.strerror}); choose another --output."
    )


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Writes a JSON file whole: a reader never sees half of it."""
    write_whole(path, json.dumps(value, indent=2) + "\n")


def load_run(path: str) -> tuple[Any, TrainOptions]:
    """Reads a finished run.

    Args:
      path: the folder that `python -m trainer train --output` wrote.

    Returns:
      The model with its best weights, a `NextItemModel` in float32, and the options
      that it was trained with.

    Raises:
      UserError: there is no finished run, or one of its files is damaged.
    """
    folder = check_finished(path)
    # Only now: Keras takes seconds.
    from trainer.models.model_file import load_model

    options = read_options(path)
    try:
        model = load_model(folder / MODEL)
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _damaged(path, error) from error
    return model, options


def check_finished(path: str) -> Path:
    """Returns the local folder of a finished run.

    Raises:
      UserError: there is none.
    """
    folder = Path(local(path))
    if not folder.is_dir():
        raise UserError(
            f"there is no run at {path}; make one with `python -m trainer train --data "
            f"DATA --output {path}`."
        )
    recover(str(folder), METRICS)
    if not (folder / METRICS).exists():
        raise UserError(
            f"{path} holds no {METRICS}: it is no run, or its training did not finish; "
            "run `python -m trainer train` again."
        )
    return folder


def read_options(path: str) -> TrainOptions:
    """Reads the options that a run was trained with.

    Raises:
      UserError: the file is missing or damaged.
    """
    try:
        config = json.loads(Path(local(path), CONFIG).read_text())
        return TrainOptions(**config, output=path)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise _damaged(path, error) from error


def read_metrics(path: str) -> dict[str, Any]:
    """Reads `metrics.json` of a finished run.

    Raises:
      UserError: the file is missing or damaged, or of another version.
    """
    try:
        values: dict[str, Any] = json.loads(Path(local(path), METRICS).read_text())
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(path, error) from error
    if (fault := fault_of(values)) is not None:
        raise _damaged(path, ValueError(f"{METRICS}: {fault}"))
    return values


def _damaged(path: str, error: Exception) -> UserError:
    return UserError(
        f"{path} is damaged or of another version ({first_line(error)}); train it "
        "again with --overwrite."
    )
