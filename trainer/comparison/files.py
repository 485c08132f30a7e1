"""The files of a comparison."""

from pathlib import Path

from schemas.errors import UserError
from schemas.whole_file import write_whole
from trainer.comparison.comparison import Comparison
from trainer.comparison.markdown import format_markdown
from trainer.comparison.options import RUNS
from trainer.runs import is_read as is_read_of_run
from trainer.runs import write_json
from trainer.storage.stand_ins import local, name_of

# The entries of the folder that are a comparison's own, as patterns.
OWNED = ("comparison-*", RUNS)


def is_read(path: str) -> bool:
    """Whether a file is read before the comparison, by its path in its folder."""
    return path.startswith(f"{RUNS}/") and is_read_of_run(path.split("/", 2)[-1])


def write_comparison(output: str, comparison: Comparison) -> list[str]:
    """Writes `comparison-<split>.md` and `.json`, each of them whole or not at all.

    Args:
      output: the folder; it exists.
      comparison: what to write.

    Returns:
      The two paths, as the user names them.

    Raises:
      UserError: they cannot be written.
    """
    table = Path(local(output), f"comparison-{comparison.evaluation.split}.md")
    figures = table.with_suffix(".json")
    try:
        write_whole(table, format_markdown(comparison))
        write_json(figures, comparison.to_json())
    except OSError as error:
        name = name_of(error.filename or table)
        raise UserError(
            f"{name} cannot be written ({error.strerror}); choose another --output."
        ) from error
    return [name_of(table), name_of(figures)]
