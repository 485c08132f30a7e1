"""Files of search spaces, and those that come with the trainer."""

import json
from importlib import resources
from importlib.resources.abc import Traversable

from schemas.errors import UsageError
from trainer.storage.files import read_text
from trainer.tuning.space import SearchSpace, parse_space


def ready_spaces() -> list[str]:
    """Returns the names that `--space` takes beside files."""
    names = [file.name for file in _folder().iterdir() if file.name.endswith(".json")]
    return sorted(name.removesuffix(".json") for name in names)


def read_space(name: str, model: str) -> SearchSpace:
    """Reads a file or a ready name of `--space`.

    Args:
      name: the file or the name.
      model: the model whose options are searched.

    Raises:
      UsageError: there is no such file, or it holds no space for the model.
      UserError: it is remote and cannot be read.
    """
    try:
        if name in ready_spaces():
            text = (_folder() / f"{name}.json").read_text()
        else:
            text = read_text("space", name)
        values = json.loads(text)
    except OSError as error:
        raise UsageError(
            f"--space {name} cannot be read ({error.strerror}); give a JSON file or "
            f"one of {', '.join(ready_spaces())}"
        ) from error
    except ValueError as error:
        raise UsageError(f"--space {name} is not JSON: {error}") from error
    if not isinstance(values, dict):
        raise UsageError(f"--space {name} must hold a JSON object of options")
    try:
        return parse_space(values, model)
    except UsageError as error:
        raise UsageError(f"--space {name}: {error}") from error


def _folder() -> Traversable:
    return resources.files("trainer") / "configs" / "spaces"
