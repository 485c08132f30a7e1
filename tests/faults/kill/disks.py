"""Small and read-only disks, where the system lets a test have them."""

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Mount = Callable[..., Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mounts memory as a disk of so many bytes; skips where that is not allowed."""
    with contextlib.ExitStack() as stack:

        def call(name: str, size: int) -> Path:
            place = tmp_path / name
            place.mkdir()
            _run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place))
            stack.callback(_run, "umount", "-l", str(place))
            return place

        yield call


def make_read_only(place: Path) -> None:
    """Makes a disk of `mount` one that nobody may write, root included."""
    _run("mount", "-o", "remount,ro", str(place))


def room(place: Path) -> int:
    """Returns the free bytes of a disk."""
    return shutil.disk_usage(place).free


def _run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip(f"there is no {command[0]}")
    if done.returncode and command[0] == "mount":
        pytest.skip(f"disks can't be mounted here: {done.stderr.strip()}")
