"""Which runs an earlier call of the comparison has finished."""

import json
from pathlib import Path
from typing import Any

from schemas.errors import UserError
from schemas.manifest import Manifest
from trainer.comparison.trained_run import read_trained_run
from trainer.options import TrainOptions
from trainer.runs import METRICS, check_output
from trainer.storage.stand_ins import local


def is_finished(options: TrainOptions, manifest: Manifest) -> bool:
    """Whether the output of `options` holds the run that they would train.

    Args:
      options: what is asked for.
      manifest: that of the data set.

    Returns:
      False where there is no run yet, or one that was interrupted.

    Raises:
      UserError: there is a finished run of other settings or of another data set, a
        damaged one, or a folder with files of no run.
    """
    if not Path(local(options.output), METRICS).exists():
        check_output(options.output, overwrite=False)
        return False
    run = read_trained_run(options.output)
    asked = options.to_json()
    # A folder has many paths; the manifest tells data sets apart.
    for key in sorted((asked.keys() | run.config.keys()) - {"data"}):
        if run.config.get(key) != asked.get(key):
            raise _of_others(
                options,
                f"`{key}` was {_text(run.config, key)} and is now {_text(asked, key)}",
            )
    run.check_data_set(options.data, manifest)
    return True


def _text(values: dict[str, Any], key: str) -> str:
    return json.dumps(values[key]) if key in values else "not set"


def _of_others(options: TrainOptions, difference: str) -> UserError:
    return UserError(
        f"{options.output} holds another run ({difference}); choose another --output, "
        "rename the config, or remove that run."
    )
