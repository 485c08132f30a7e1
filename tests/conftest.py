"""What tests of several folders share: a sample, its data set, and a trained run.

Each is made once a session by the real programs, also where pytest-xdist runs the
session in several processes.
"""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from pipeline.sample import SampleSettings, review_tables, write_json_lines
from tests.support.programs import LATEST_DATE, run_module

# Before the first import of TensorFlow, also in the programs that tests start.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# No test may fail for being slow, and none by chance where a change is judged.
settings.register_profile("seamstress", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if "CI" in os.environ else "seamstress")

SAMPLE = SampleSettings.of(6_000)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes do not name a test: gzip's hold the second in which a worker made them, and
    workers of pytest-xdist run nothing where their tests differ in name."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test session see."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def sample_reviews(shared_folder: Path) -> Path:
    """6,000 reviews of the sample as JSON lines."""
    return _once(
        shared_folder / "sample.jsonl",
        lambda path: write_json_lines(review_tables(SAMPLE), str(path)),
    )


@pytest.fixture(scope="session")
def sample_data_set(shared_folder: Path, sample_reviews: Path) -> Path:
    """The data set that the pipeline makes of `sample_reviews` with its defaults."""
    return _once(
        shared_folder / "sample_data_set",
        lambda path: _run(
            "pipeline",
            f"--input={sample_reviews}",
            f"--output={path}",
            "--schema=rent_the_runway",
            LATEST_DATE,
        ),
    )


@pytest.fixture(scope="session")
def sample_run(shared_folder: Path, sample_data_set: Path) -> Path:
    """A run of the trainer on `sample_data_set`; for tests marked slow."""
    return _once(
        shared_folder / "sample_run",
        lambda path: _run(
            "trainer",
            "train",
            f"--data={sample_data_set}",
            f"--output={path}",
            "--config=quick",
        ),
    )


def _run(module: str, *arguments: str) -> None:
    done = run_module(module, *arguments)
    assert done.returncode == 0, done.stderr


def _once(path: Path, make: Callable[[Path], None]) -> Path:
    """Returns `path`, made by the first process of the session that asks for it."""
    finished = path.with_name(f"{path.name}.finished")
    with open(path.with_name(f"{path.name}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            make(path)
            finished.touch()
    return path
