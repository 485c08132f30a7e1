"""Runs the project's programs as a user does, in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# For data sets whose manifests are compared: the default is the day of the run, and a
# suite may run over midnight.
LATEST_DATE = "--latest_date=2018-12-31"


def run_python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs this Python with `arguments` from the root of the project.

    `environment` adds to that of the tests. Streams are captured as text.
    """
    inherited = dict(os.environ)
    # Set by tests that import tf.Transform; no user's environment has it.
    inherited.pop("TF_USE_LEGACY_KERAS", None)
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**inherited, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def run_module(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs `python -m module arguments`."""
    return run_python("-m", module, *arguments)
