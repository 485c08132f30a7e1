"""The files of a comparison."""

import os
from pathlib import Path

from schemas.errors import UserError
from trainer.comparison.comparison import Comparison
from trainer.comparison.markdown import format_markdown
from trainer.runs import write_json


def write_comparison(output: str, comparison: Comparison) -> list[Path]:
    """Writes `comparison-<split>.md` and `.json`, each of them whole or not at all.

    Args:
      output: the folder; it exists.
      comparison: what to write.

    Returns:
      The two paths.

    Raises:
      UserError: they cannot be written.
    """
    table = Path(output, f"comparison-{comparison.evaluation.split}.md")
    figures = table.with_suffix(".json")
    try:
        partial = table.with_name(f"{table.name}.partial")
        partial.write_text(format_markdown(comparison))
        os.replace(partial, table)
        write_json(figures, comparison.to_json())
    except OSError as error:
        raise UserError(
            f"{error.filename or table} cannot be written ({error.strerror}); choose "
            "another --output."
        ) from error
    return [table, figures]
