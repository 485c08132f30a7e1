"""Whether a training goes on with what an earlier call left in its output."""

import hashlib
import json
from typing import Any

from schemas.errors import UserError
from schemas.manifest import Manifest
from trainer import runs
from trainer.options import TrainOptions
from trainer.training.training_state import TrainingState, load_state


def check_settings(options: TrainOptions) -> None:
    """Refuses an output that holds an unfinished run of other settings.

    Raises:
      UserError: the message names a setting that differs.
    """
    if options.overwrite:
        return
    earlier, asked = _unfinished_config(options), options.to_json()
    key = _different_key(earlier, asked) if earlier else ""
    if key:
        raise UserError(
            f"{options.output} holds an unfinished run of other settings (`{key}` was "
            f"{_text(earlier, key)} and is now {_text(asked, key)}); choose another "
            "--output, or add --overwrite to replace it."
        )


def earlier_state(options: TrainOptions, manifest: Manifest) -> TrainingState | None:
    """Returns the state that a training goes on with.

    Args:
      options: of the training.
      manifest: of its data set.

    Returns:
      None where the training begins: there is no unfinished run in its folder, or one
      that has saved nothing yet. With `overwrite`, what is not of the same settings
      and the same data set, or is damaged, is no obstacle and is replaced.

    Raises:
      UserError: the unfinished run is of other settings or of another data set, or
        its state is damaged.
    """
    check_settings(options)
    path = runs.folder_of(options.output, options.overwrite) / runs.STATE
    config = _unfinished_config(options)
    if not path.exists() or not config or _different_key(config, options.to_json()):
        return None
    try:
        state = load_state(path)
    except UserError:
        if options.overwrite:
            return None
        raise
    if state.progress.data_set == digest_of(manifest):
        return state
    if options.overwrite:
        return None
    raise UserError(
        f"{options.output} holds an unfinished run on another data set than "
        f"{options.data} is now; choose another --output, or add --overwrite to "
        "replace it."
    )


def digest_of(manifest: Manifest) -> str:
    """Returns what tells one data set from another."""
    return hashlib.sha256(manifest.to_json().encode()).hexdigest()


def _unfinished_config(options: TrainOptions) -> dict[str, Any]:
    """Returns the settings of an unfinished run; none where there is none."""
    folder = runs.folder_of(options.output, options.overwrite)
    # One that is to replace another is finished when it has.
    if (folder / runs.METRICS).exists() and not options.overwrite:
        return {}
    try:
        config = json.loads((folder / runs.CONFIG).read_text())
    except (OSError, ValueError):
        return {}
    return config if isinstance(config, dict) else {}


def _different_key(earlier: dict[str, Any], asked: dict[str, Any]) -> str:
    """Returns a setting that differs; the empty text where there is none."""
    # A folder has many paths; the state knows which data set it was.
    keys = sorted((asked.keys() | earlier.keys()) - {"data"})
    return next((key for key in keys if earlier.get(key) != asked.get(key)), "")


def _text(values: dict[str, Any], key: str) -> str:
    return json.dumps(values[key]) if key in values else "not set"
