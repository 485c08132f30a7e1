"""A notebook as a page of the site: its text, its code, and the outputs it holds."""

import re
from pathlib import Path
from typing import Any

import nbformat

_STYLE = re.compile(r"<style.*?</style>\s*", re.DOTALL)
# The theme styles tables without a class.
_TABLE = re.compile(r'<table border="1" class="dataframe">')


def notebook_page(path: Path) -> str:
    """Returns a notebook as Markdown.

    Charts are the images of its outputs, inside the page; what would need a script is
    left out.

    Args:
      path: the notebook, executed.
    """
    notebook = nbformat.read(path, as_version=4)
    return "\n\n".join(part for cell in notebook.cells for part in _parts(cell)) + "\n"


def _parts(cell: Any) -> list[str]:
    if cell.cell_type == "markdown":
        return [cell.source]
    return [_fence("python", cell.source), *map(_shown, cell.outputs)]


def _shown(output: Any) -> str:
    if output.output_type == "stream":
        return _fence("text", output.text)
    data = output.data
    if "image/png" in data:
        image = "".join(data["image/png"].split())
        return f'<img alt="chart" src="data:image/png;base64,{image}">'
    if "text/html" in data:
        return _TABLE.sub("<table>", _STYLE.sub("", data["text/html"]))
    return _fence("text", data["text/plain"])


def _fence(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"
