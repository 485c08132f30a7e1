"""The files of a comparison."""

from pathlib import Path

from schemas.errors import UserError
from schemas.storage.whole_file import write_whole
from trainer.comparison.comparison import Comparison
from trainer.comparison.markdown import format_markdown
from trainer.comparison.options import RUNS
from trainer.run_files import goes_on_from
from trainer.run_files import is_read as is_read_of_run
from trainer.runs import write_json
from trainer.storage.stand_ins import local, name_of

# The entries of the folder that are a comparison's own, as patterns.
OWNED = ("comparison-*", RUNS)


def is_read(path: str) -> bool:
    """Whether a file is read of what an earlier call left, by its path in the folder.

    That is to measure its finished runs, and to go on with the one at work.
    """
    folder, _, rest = path.partition("/")
    _, _, file = rest.partition("/")
    return folder == RUNS and (is_read_of_run(file) or goes_on_from(file))


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
