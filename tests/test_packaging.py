"""The archives that the package is installed from, on workers of Dataflow too."""

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.support.programs import ROOT

PACKAGES = ("pipeline", "schemas", "trainer")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of what the archives are made of: making them writes beside it."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    for name in PACKAGES:
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    return folder


def build(project: Path, *command: str) -> None:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=project,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def package_files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for name in PACKAGES
        for path in (folder / name).rglob("*")
        if path.is_file()
    }


def test_source_archive_holds_every_file_of_the_packages(project, tmp_path):
    # What Beam calls for --setup_file.
    build(project, "setup.py", "--quiet", "sdist", "--dist-dir", str(tmp_path))
    (archive,) = tmp_path.iterdir()
    with tarfile.open(archive) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    assert archive.name == "seamstress-0.1.0.tar.gz"
    expected = package_files(project)
    assert "schemas/reviews/rent_the_runway.pbtxt" in expected
    assert "trainer/configs/quick.json" in expected
    assert expected - names == set()
    assert {"pyproject.toml", "setup.py", "README.md", "LICENSE"} <= names


def test_wheel_holds_every_file_of_the_packages_and_nothing_else(project, tmp_path):
    build(
        project,
        *("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"),
        *("--no-index", "--wheel-dir", str(tmp_path), "."),
    )
    (archive,) = tmp_path.iterdir()
    with zipfile.ZipFile(archive) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == package_files(project)
