"""What `metrics.json` must hold for those who read it."""

from collections.abc import Mapping
from typing import Any

# What a comparison, a report and `inspect` show, and as what, and what tells data sets
# apart. Figures of the eval split are there where the data set has one.
_KINDS: dict[str, tuple[type, ...]] = {
    "best_epoch": (int,),
    "data_settings_digest": (str,),
    "devices": (str,),
    "epochs": (int,),
    "parameters": (int,),
    "seconds": (int, float),
    "windows_per_second": (int, float),
}

# Counts that runs from before do not have.
_COUNTS = ("num_steps", "steps_per_epoch")


def fault_of(values: Any) -> str | None:
    """Returns what keeps a JSON value from being the metrics of a run; None: nothing.

    Args:
      values: the content of the file.
    """
    if not isinstance(values, Mapping):
        return "it is no JSON object"
    for key, kinds in _KINDS.items():
        if key not in values:
            return f"it holds no {key!r}"
        if type(values[key]) not in kinds:
            return f"{key!r} is {values[key]!r}"
    for key in _COUNTS:
        count = values.get(key, 1)
        if type(count) is not int or count < 1:
            return f"{key!r} is {count!r}"
    return None
