"""A clone of the project as far as `run_local.sh` needs it, installed already."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.support.programs import ROOT

needs_venv = pytest.mark.skipif(
    Path(sys.prefix) != ROOT / ".venv",
    reason="run_local.sh would install into .venv, and these tests run from elsewhere",
)


def make_clone(folder: Path) -> Path:
    """Makes a folder with the files of run_local.sh, and returns it."""
    folder.mkdir()
    for name in ("run_local.sh", "pyproject.toml", "setup.py"):
        shutil.copy(ROOT / name, folder)
    for name in (".ci", "requirements"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder
