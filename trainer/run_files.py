"""The files of a run, by their paths in its folder.

    config.json            the options, readable by `--config`
    checkpoints/           best-<epoch>.weights.h5; state.npz until the end
    logs/                  TensorBoard
    history.csv            a line for each epoch
    model.keras            the best weights, in float32
    model/                 the exported SavedModel
    metrics.json           written last; without it the run is not finished
    report.html            the run for people; `report` makes it again

`evaluate` adds evaluation-<split>.json. A run that is to replace another is made in
.training/, a folder with the same files, and takes its place when it is finished.
"""

from fnmatch import fnmatchcase

from schemas.features import VOCABULARY_FILENAME

CONFIG = "config.json"
CHECKPOINTS = "checkpoints"
STATE = "checkpoints/state.npz"
LOGS = "logs"
HISTORY = "history.csv"
MODEL = "model.keras"
EXPORT = "model"
METRICS = "metrics.json"
REPORT = "report.html"
STAGED = ".training"

# The marker first and the options last: a removal that is interrupted leaves an
# unfinished run.
ALL = (METRICS, REPORT, MODEL, EXPORT, HISTORY, LOGS, CHECKPOINTS, CONFIG)
# What `evaluate` adds; figures of a replaced model must not stay.
EVALUATIONS = "evaluation-*.json"

# The entries of the folder that are a run's own, as patterns.
OWNED = (*ALL, EVALUATIONS, STAGED)


def best_weights(epoch: int | str) -> str:
    """Returns the file with the weights of an epoch.

    Args:
      epoch: its number, from 1; or the pattern `*`, for those of all.
    """
    return f"{CHECKPOINTS}/best-{epoch}.weights.h5"


def is_read(path: str) -> bool:
    """Whether a file is read to measure a run, by its path in the run's folder."""
    return path in (CONFIG, METRICS, MODEL, f"{EXPORT}/assets/{VOCABULARY_FILENAME}")


def is_reported(path: str) -> bool:
    """Whether a report reads a file, by its path in the run's folder."""
    return (
        path in (CONFIG, METRICS, HISTORY)
        or path.startswith(f"{EXPORT}/")
        or fnmatchcase(path, EVALUATIONS)
    )


def goes_on_from(path: str) -> bool:
    """Whether `train` reads a file to go on, by its path in the run's folder."""
    return (
        path in (CONFIG, METRICS, STATE, HISTORY)
        or fnmatchcase(path, best_weights("*"))
        or path.startswith(f"{STAGED}/")
    )
