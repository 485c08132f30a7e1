"""Whether a training goes on with what an earlier call left in its output."""

import json
from typing import Any

from schemas.digests import of_json
from schemas.errors import UserError
from schemas.manifest import Manifest
from trainer import run_files, runs
from trainer.changed_settings import changes
from trainer.learned_from import digests_of
from trainer.options import TrainOptions
from trainer.storage.stand_ins import name_of
from trainer.training.training_state import Progress, TrainingState, load_state

# Of a file: its inode, the time of its last change in ns, its size in bytes.
Stamp = tuple[int, int, int]


def check_settings(options: TrainOptions, num_steps: int | None = None) -> None:
    """Refuses an output that holds an unfinished run of other settings.

    Args:
      options: of the training.
      num_steps: the most steps, in place of `options.epochs`; None: these.

    Raises:
      UserError: the message names a setting that differs.
    """
    earlier = {} if options.overwrite else _unfinished_config(options)
    if earlier and (found := _changes(earlier, options, num_steps)):
        raise _of_other_settings(options, found[0])


def earlier_state(
    options: TrainOptions, manifest: Manifest, num_steps: int | None = None
) -> TrainingState | None:
    """Returns the state that a training goes on with.

    Args:
      options: of the training.
      manifest: of its data set.
      num_steps: the most steps, in place of `options.epochs`; None: these.

    Returns:
      None where the training begins: there is no unfinished run in its folder, or one
      that has saved nothing yet. With `overwrite`, what is not of the same settings
      and the same data set, or is damaged, is no obstacle and is replaced.

    Raises:
      UserError: the unfinished run is of other settings or of another data set, or
        its state or its best weights are damaged or missing.
    """
    check_settings(options, num_steps)
    path = runs.folder_of(options.output, options.overwrite) / run_files.STATE
    config = _unfinished_config(options)
    if not path.exists() or not config or _changes(config, options, num_steps):
        return None
    try:
        state = load_state(path)
        _check_same(state.progress, options, manifest, num_steps)
        _check_whole(state)
    except UserError:
        if options.overwrite:
            return None
        raise
    return state


def state_stamp(options: TrainOptions) -> Stamp | None:
    """Returns what changes when the state of an unfinished run does; None: no state."""
    path = runs.folder_of(options.output, options.overwrite) / run_files.STATE
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def check_unchanged(options: TrainOptions, stamp: Stamp | None) -> None:
    """Refuses an output that another run has trained in, once it is locked.

    Args:
      options: of the training.
      stamp: `state_stamp`, from before its state was read.

    Raises:
      UserError: it holds a finished run, or another state.
    """
    runs.check_output(options.output, options.overwrite)
    if state_stamp(options) != stamp:
        raise UserError(
            f"{options.output} was trained in by another run in the meantime; run the "
            "same command again to go on."
        )


def digest_of(manifest: Manifest) -> str:
    """Returns what tells one data set from another, as `learned_from` does."""
    return of_json(digests_of(manifest))


def _check_same(
    progress: Progress,
    options: TrainOptions,
    manifest: Manifest,
    num_steps: int | None,
) -> None:
    if progress.data_set != digest_of(manifest):
        raise UserError(
            f"{options.output} holds an unfinished run on another data set than "
            f"{options.data} is now; choose another --output, or add --overwrite to "
            "replace it."
        )
    if progress.num_steps != num_steps:
        # It is told apart here: the settings hold the epochs that it made.
        steps = {"num_steps": progress.num_steps}, {"num_steps": num_steps}
        raise _of_other_settings(options, changes(*steps)[0])


def _check_whole(state: TrainingState) -> None:
    # A bucket may have got the state and not yet the weights.
    epoch = state.progress.best_epoch
    best = state.path.parents[1] / run_files.best_weights(epoch)
    if epoch and not best.exists():
        raise UserError(
            f"{name_of(best)} is missing; add --overwrite to train from the start."
        )


def _of_other_settings(options: TrainOptions, change: str) -> UserError:
    return UserError(
        f"{options.output} holds an unfinished run of other settings ({change}); "
        "choose another --output, or add --overwrite to replace it."
    )


def _unfinished_config(options: TrainOptions) -> dict[str, Any]:
    """Returns the settings of an unfinished run; none where there is none."""
    folder = runs.folder_of(options.output, options.overwrite)
    # One that is to replace another is finished when it has.
    if (folder / run_files.METRICS).exists() and not options.overwrite:
        return {}
    try:
        config = json.loads((folder / run_files.CONFIG).read_text())
    except (OSError, ValueError):
        return {}
    return config if isinstance(config, dict) else {}


def _changes(
    earlier: dict[str, Any], options: TrainOptions, num_steps: int | None
) -> list[str]:
    # A folder has many paths; the state knows which data set it was.
    ignored = {"data"} if num_steps is None else {"data", "epochs"}
    return changes(earlier, options.to_json(), ignored)
