import fcntl
import os
import subprocess
import sys

import pytest

from schemas.errors import UserError
from schemas.storage.folder_lock import FolderLock, lock_folder
from tests.support.programs import ROOT

HOLDS = """
import sys
from schemas.storage.folder_lock import FolderLock, lock_folder
lock = lock_folder(sys.argv[1])
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_locked_folder_is_refused_with_a_sentence_and_leaves_no_file(tmp_path):
    with lock_folder(tmp_path / "out"):
        for name in ("", "gs://bucket/out"):
            with pytest.raises(UserError) as caught:
                lock_folder(tmp_path / "out", name)
            assert str(caught.value) == (
                f"{name or tmp_path / 'out'} is being written by another run; wait "
                "until that ends, or choose another --output."
            )
        assert os.listdir(tmp_path / "out") == []
    with lock_folder(tmp_path / "out"):
        pass


def test_a_lock_ends_with_its_process_however_that_ends(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, tmp_path],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdout.readline() == b"locked\n"
            with pytest.raises(UserError):
                lock_folder(tmp_path)
        finally:
            process.kill()
    with lock_folder(tmp_path):
        pass


def test_processes_that_are_started_meanwhile_do_not_keep_the_lock(tmp_path):
    lock = lock_folder(tmp_path)
    with subprocess.Popen(["sleep", "60"], close_fds=False) as process:
        try:
            lock.release()
            assert isinstance(lock_folder(tmp_path), FolderLock)
        finally:
            process.kill()


def test_a_folder_that_is_removed_meanwhile_is_made_anew(tmp_path, monkeypatch):
    """As where the one that had the lock, and failed, takes its folder with it."""
    flock, folder = fcntl.flock, tmp_path / "out"

    def late(descriptor, operation):
        monkeypatch.setattr(fcntl, "flock", flock)
        folder.rmdir()
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with lock_folder(folder):
        assert folder.is_dir()
        with pytest.raises(UserError):
            lock_folder(folder)


def test_a_storage_without_locks_is_written_all_the_same(tmp_path, monkeypatch):
    def unsupported(descriptor, operation):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with lock_folder(tmp_path) as first, lock_folder(tmp_path) as second:
        assert first is not second


def test_a_released_lock_may_be_released_again(tmp_path):
    lock = lock_folder(tmp_path)
    lock.release()
    with lock_folder(tmp_path):
        lock.release()
        with pytest.raises(UserError):
            lock_folder(tmp_path)


def test_a_place_where_no_folder_can_be_is_an_error_of_the_system(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError, match="file"):
        lock_folder(tmp_path / "file")
