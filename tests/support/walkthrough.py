"""The notebook of the walkthrough: read, executed, and written with what it shows.

    python -m tests.support.walkthrough

executes docs/walkthrough.ipynb and keeps the outputs in it, charts as images too (which
takes a Chromium). A cell with the tag `varies` shows figures of a model, which differ a
little between kinds of processors.
"""

import copy
import os
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from tests.support.charts import Charts
from tests.support.programs import ROOT

NOTEBOOK = ROOT / "docs" / "walkthrough.ipynb"
VARIES = "varies"
PLOTLY = "application/vnd.plotly.v1+json"

_CELL_LIMIT_SECS = 280


def read() -> Any:
    """Returns the committed notebook."""
    return nbformat.read(NOTEBOOK, as_version=nbformat.NO_CONVERT)


def execute(notebook: Any, folder: Path, **environment: str) -> Any:
    """Returns a notebook with the outputs of an execution of its code.

    Args:
      notebook: as `read` returns it; it stays as it is.
      folder: where the kernel starts.
      environment: variables added to those of this process.
    """
    executed = copy.deepcopy(notebook)
    inherited = {**os.environ, "PYTHONPATH": str(ROOT)}
    # Set by tests that import tf.Transform; no user's environment has it.
    inherited.pop("TF_USE_LEGACY_KERAS", None)
    with tempfile.TemporaryDirectory() as profile:
        client = NotebookClient(
            executed,
            timeout=_CELL_LIMIT_SECS,
            resources={"metadata": {"path": str(folder)}},
            record_timing=False,
        )
        client.create_kernel_manager()
        # No port that others could listen at.
        client.km.transport, client.km.ip = "ipc", str(Path(profile, "socket"))
        client.execute(env={**inherited, "IPYTHONDIR": profile, **environment})
    # The version of this Python.
    executed.metadata.language_info = {"name": "python"}
    return executed


def with_images(executed: Any) -> Any:
    """Returns an executed notebook whose charts are images beside their data.

    Repository pages show these, and run no script; nothing of the web is loaded, and
    two executions write the same.
    """
    settled = copy.deepcopy(executed)
    with Charts() as charts:
        for cell in code_cells(settled):
            # The first chart comes with a script for all.
            cell.outputs = [one for one in cell.outputs if not _is_script(one)]
            for output in cell.outputs:
                if PLOTLY in output.get("data", {}):
                    del output.data["text/html"]
                    output.data["image/png"] = charts.png(output.data[PLOTLY])
    return settled


def _is_script(output: Any) -> bool:
    return list(output.get("data", {})) == ["text/html"]


def code_cells(notebook: Any) -> list[Any]:
    """Returns the cells with code, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cell: Any) -> list[Any]:
    """Returns what a cell shows, without what follows from plotly's release."""
    return [
        output.text
        if output.output_type == "stream"
        else output.data.get(PLOTLY, {}).get("data") or output.data["text/plain"]
        for output in cell.outputs
        if not _is_script(output)
    ]


def main() -> None:
    """Writes the notebook with the outputs of an execution."""
    with tempfile.TemporaryDirectory() as folder:
        nbformat.write(with_images(execute(read(), Path(folder))), NOTEBOOK)


if __name__ == "__main__":
    main()
