"""Files of search spaces, and those that come with the trainer."""

from schemas.errors import UsageError
from trainer.config_files import CONFIGS, read_named, ready_names
from trainer.tuning.space import SearchSpace, parse_space

_SPACES = CONFIGS / "spaces"


def ready_spaces() -> list[str]:
    """Returns the names that `--space` takes beside files."""
    return ready_names(_SPACES)


def read_space(name: str, model: str) -> SearchSpace:
    """Reads a file or a ready name of `--space`.

    Args:
      name: the file or the name.
      model: the model whose options are searched.

    Raises:
      UsageError: there is no such file, or it holds no space for the model.
      UserError: it is remote and cannot be read.
    """
    values = read_named("space", name, _SPACES, "options")
    try:
        return parse_space(values, model)
    except UsageError as error:
        raise UsageError(f"--space {name}: {error}") from error
