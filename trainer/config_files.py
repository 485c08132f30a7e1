"""Files of JSON that flags name, and those that come with the trainer."""

import dataclasses
import json
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from schemas.errors import UsageError, did_you_mean
from trainer.errors import first_line
from trainer.options import PER_CALL, TrainOptions
from trainer.storage.files import read_text

CONFIGS = resources.files("trainer") / "configs"


def ready_names(folder: Traversable) -> list[str]:
    """Returns the names that a flag takes beside files: those of `folder`."""
    names = [file.name for file in folder.iterdir() if file.name.endswith(".json")]
    return sorted(name.removesuffix(".json") for name in names)


def read_named(flag: str, name: str, folder: Traversable, of: str) -> dict[str, Any]:
    """Reads a JSON object from a file or a ready one by its name.

    Args:
      flag: the flag, without its dashes.
      name: what it was given.
      folder: where the ready ones are.
      of: what the object is of, for the message.

    Raises:
      UsageError: there is no such file, or it holds no JSON object.
      UserError: it is remote and cannot be read.
    """
    ready = ready_names(folder)
    try:
        if name in ready:
            text = (folder / f"{name}.json").read_text()
        else:
            text = read_text(flag, name)
        values = json.loads(text)
    except OSError as error:
        raise UsageError(
            f"--{flag} {name} cannot be read ({error.strerror}); give a JSON file or "
            f"one of {', '.join(ready)}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--{flag} {name} is not JSON: {first_line(error)}") from error
    if not isinstance(values, dict):
        raise UsageError(f"--{flag} {name} must hold a JSON object of {of}")
    return values


def ready_configs() -> list[str]:
    """Returns the names that `--config` takes beside files."""
    return ready_names(CONFIGS)


def read_config(name: str) -> dict[str, Any]:
    """Reads a file or a ready name of `--config`.

    Returns:
      Values by flag name.

    Raises:
      UsageError: there is no such file, it is no JSON object, or a key is no flag.
      UserError: it is remote and cannot be read.
    """
    values = read_named("config", name, CONFIGS, "flags")
    known = [field.name for field in dataclasses.fields(TrainOptions)]
    allowed = [key for key in known if key not in PER_CALL]
    for key in values:
        if key not in allowed:
            hint = did_you_mean(key, allowed, "remove it", mark="'")
            raise UsageError(f"--config {name} has an unknown key {key!r}; {hint}")
    return values
