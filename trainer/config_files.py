"""Files of options that `--config` takes, and those that come with the trainer."""

import dataclasses
import json
from importlib import resources
from typing import Any

from schemas.errors import UsageError, did_you_mean
from trainer.options import PER_CALL, TrainOptions
from trainer.storage.files import read_text


def ready_configs() -> list[str]:
    """Returns the names that `--config` takes beside files."""
    folder = resources.files("trainer") / "configs"
    names = [file.name for file in folder.iterdir() if file.name.endswith(".json")]
    return sorted(name.removesuffix(".json") for name in names)


def read_config(name: str) -> dict[str, Any]:
    """Reads a file or a ready name of `--config`.

    Returns:
      Values by flag name.

    Raises:
      UsageError: there is no such file, it is no JSON object, or a key is no flag.
      UserError: it is remote and cannot be read.
    """
    try:
        if name in ready_configs():
            folder = resources.files("trainer") / "configs"
            text = (folder / f"{name}.json").read_text()
        else:
            text = read_text("config", name)
        values = json.loads(text)
    except OSError as error:
        raise UsageError(
            f"--config {name} cannot be read ({error.strerror}); give a JSON file or "
            f"one of {', '.join(ready_configs())}"
        ) from error
    except ValueError as error:
        raise UsageError(f"--config {name} is not JSON: {error}") from error
    if not isinstance(values, dict):
        raise UsageError(f"--config {name} must hold a JSON object of flags")
    known = [field.name for field in dataclasses.fields(TrainOptions)]
    allowed = [key for key in known if key not in PER_CALL]
    for key in values:
        if key not in allowed:
            hint = did_you_mean(key, allowed, "remove it", mark="'")
            raise UsageError(f"--config {name} has an unknown key {key!r}; {hint}")
    return values
