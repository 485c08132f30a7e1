"""Whether a training goes on with what an earlier call left in its output."""

import hashlib
import json
from pathlib import Path
from typing import Any

from schemas.errors import UserError
from schemas.manifest import Manifest
from trainer import runs
from trainer.options import TrainOptions
from trainer.storage.stand_ins import local
from trainer.training_state import TrainingState, load_state


def check_settings(options: TrainOptions) -> None:
    """Refuses an output that holds an unfinished run of other settings.

    Raises:
      UserError: the message names a setting that differs.
    """
    if options.overwrite:
        return
    earlier = _unfinished_config(options.output)
    asked = options.to_json()
    # A folder has many paths; the state knows which data set it was.
    for key in sorted((asked.keys() | earlier.keys()) - {"data"}) if earlier else ():
        if earlier.get(key) != asked.get(key):
            raise UserError(
                f"{options.output} holds an unfinished run of other settings (`{key}` "
                f"was {_text(earlier, key)} and is now {_text(asked, key)}); choose "
                "another --output, or add --overwrite to replace it."
            )


def earlier_state(options: TrainOptions, manifest: Manifest) -> TrainingState | None:
    """Returns the state that a training goes on with.

    Args:
      options: of the training.
      manifest: of its data set.

    Returns:
      None where the training begins: there is no unfinished run in its output, one
      that has saved nothing yet, or one that is to be replaced.

    Raises:
      UserError: the unfinished run is of other settings or of another data set, or
        its state is damaged.
    """
    check_settings(options)
    path = Path(local(options.output), runs.STATE)
    if options.overwrite or not path.exists() or not _unfinished_config(options.output):
        return None
    state = load_state(path)
    if state.progress.data_set != digest_of(manifest):
        raise UserError(
            f"{options.output} holds an unfinished run on another data set than "
            f"{options.data} is now; choose another --output, or add --overwrite to "
            "replace it."
        )
    return state


def digest_of(manifest: Manifest) -> str:
    """Returns what tells one data set from another."""
    return hashlib.sha256(manifest.to_json().encode()).hexdigest()


def _unfinished_config(output: str) -> dict[str, Any]:
    """Returns the settings of an unfinished run; none where there is none."""
    folder = Path(local(output))
    if (folder / runs.METRICS).exists():
        return {}
    try:
        config = json.loads((folder / runs.CONFIG).read_text())
    except (OSError, ValueError):
        return {}
    return config if isinstance(config, dict) else {}


def _text(values: dict[str, Any], key: str) -> str:
    return json.dumps(values[key]) if key in values else "not set"
