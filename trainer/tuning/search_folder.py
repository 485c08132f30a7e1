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
from schemas.layout import EVAL, TRAIN
from trainer.data.data_set import DataSet
from trainer.runs import STAGED, write_json
from trainer.storage.paths import join
from trainer.storage.stand_ins import local, name_of
from trainer.tuning.options import TuneOptions

SETTINGS = "tune.json"
BEST = "best.json"
FIGURES = "trials.json"
TABLE = "trials.md"
TRIALS = "trials"
STATE = "keras_tuner"

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
    # Through JSON, so that both sides of the comparison hold what JSON holds.
    settings = json.loads(json.dumps(_settings(options, data_set)))
    try:
        if (folder / SETTINGS).exists():
            _check_same(folder / SETTINGS, settings)
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
        "data set": {
            "settings": data_set.manifest.settings_digest,
            "items": data_set.num_items,
            "training windows": data_set.num_records(TRAIN),
            "eval windows": data_set.num_records(EVAL),
        },
        "search": {"tuner": options.tuner},
        "options": options.constants,
        "space": options.space.to_json(),
    }


def _check_same(path: Path, asked: dict[str, dict[str, Any]]) -> None:
    try:
        found = json.loads(path.read_text())
        pairs = [(found[section], asked[section]) for section in asked]
        differences = [
            _difference(section, key, before, now)
            for section, (before, now) in zip(asked, pairs, strict=True)
            for key in sorted(before.keys() | now.keys())
            if before.get(key) != now.get(key)
        ]
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


def _difference(
    section: str, key: str, before: dict[str, Any], now: dict[str, Any]
) -> str:
    place = {"data set": " of the data set", "space": " in the space"}.get(section, "")
    return f"`{key}`{place} was {_text(before, key)} and is now {_text(now, key)}"


def _text(values: dict[str, Any], key: str) -> str:
    return json.dumps(values[key]) if key in values else "not set"
