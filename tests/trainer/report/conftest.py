"""A run with a report, as its user makes it: trained and measured by the programs."""

import shutil
from pathlib import Path

import pytest

from tests.support.programs import run_module


@pytest.fixture(scope="module")
def reported_run(tmp_path_factory, sample_run: Path, sample_data_set: Path) -> Path:
    """A copy of `sample_run` after `evaluate`."""
    run = shutil.copytree(sample_run, tmp_path_factory.mktemp("report") / "run")
    done = run_module(
        "trainer", "evaluate", f"--run={run}", f"--data={sample_data_set}"
    )
    assert done.returncode == 0, done.stderr
    assert "the report was not written" not in done.stderr
    return run
