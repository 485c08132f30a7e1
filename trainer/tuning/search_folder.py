"""The folder of a search, and what may go on in it.

tune.json       what is searched, on what: a later call must ask for the same
best.json       the best settings so far, readable by `train --config`
trials.json     every trial, the best first; trials.md is the same as a table
trials/001/     config.json, history.csv and metrics.json of a trial's run; until it
                has ended .training/ with what it goes on from
keras_tuner/    the state of KerasTuner
"""

import json
import os
from pathlib import Path
from typing import Any

from schemas.errors import UserError
from schemas.manifest import Manifest
from trainer.changed_settings import changes
from trainer.data.data_set import DataSet
from trainer.learned_from import difference, digests_of
from trainer.run_files import STAGED
from trainer.runs import check_no_data_set, write_json
from trainer.storage.paths import join
from trainer.storage.stand_ins import local, name_of
from trainer.tuning.options import TuneOptions

SETTINGS = "tune.json"
BEST = "best.json"
FIGURES = "trials.json"
TABLE = "trials.md"
TRIALS = "trials"
STATE = "keras_tuner"

_DATA_SET = "data set"
# The other sections of the settings, and what is said behind a key of theirs.
_PLACES = {"search": "", "options": "", "space": " in the space"}

# The entries of the folder that are a search's own.
OWNED = (SETTINGS, BEST, FIGURES, TABLE, TRIALS, STATE)


def is_kept(path: str) -> bool:
    """Whether a file outlives its trial, by its path in the folder of the search.

    Or is what a trial that was interrupted goes on from.
    """
    folder, _, rest = path.partition("/")
    _, _, file = rest.partition("/")
    is_last = "/" not in file and file.endswith((".json", ".csv"))
    return folder != TRIALS or is_last or file.startswith(f"{STAGED}/")


def trial_path(output: str, number: int) -> str:
    """Returns the folder of a trial's run.

    Args:
      output: the folder of the search.
      number: of the trial, from 1.
    """
    return join(output, TRIALS, f"{number:03d}")


def open_folder(options: TuneOptions, data_set: DataSet) -> None:
    """Makes the folder of a new search, or takes up the search that is there.

    Raises:
      UserError: there is a search with other settings or on another data set, or the
        folder holds files of no search, or cannot be written.
    """
    folder = Path(local(options.output))
    check_no_data_set(options.output)
    # Through JSON, so that both sides of the comparison hold what JSON holds.
    settings = json.loads(json.dumps(_settings(options, data_set)))
    try:
        if (folder / SETTINGS).exists():
            _check_same(folder / SETTINGS, settings, data_set.manifest)
            return
        for name in (BEST, FIGURES, TABLE, TRIALS, STATE):
            if os.path.lexists(folder / name):
                raise UserError(
                    f"{name_of(folder / name)} is of no search and would be replaced; "
                    "choose another --output."
                )
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / SETTINGS, settings)
    except OSError as error:
        raise UserError(
            f"{options.output} cannot be written ({error.strerror}); choose another "
            "--output."
        ) from error


def _settings(options: TuneOptions, data_set: DataSet) -> dict[str, dict[str, Any]]:
    """Returns what trials of one search share; the number of trials may grow."""
    return {
        # A folder has many paths; these tell data sets apart.
        _DATA_SET: digests_of(data_set.manifest),
        "search": {"tuner": options.tuner},
        "options": options.constants,
        "space": options.space.to_json(),
    }


def _check_same(
    path: Path, asked: dict[str, dict[str, Any]], manifest: Manifest
) -> None:
    try:
        found = json.loads(path.read_text())
        if found[_DATA_SET].keys() != asked[_DATA_SET].keys():
            raise KeyError(_DATA_SET)
        differs = difference(found[_DATA_SET], manifest)
        differences = [f"on a data set of other {differs}"] if differs else []
        for section, place in _PLACES.items():
            differences += changes(found[section], asked[section], place=place)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(
            f"{name_of(path)} is damaged or of another version; choose another "
            "--output."
        ) from error
    if differences:
        raise UserError(
            f"{name_of(path.parent)} holds another search ({differences[0]}); choose "
            "another --output, or give the flags of that search."
        )
