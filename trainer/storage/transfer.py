"""Moves files between a remote folder and a local one, several at a time."""

import contextlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from schemas.errors import UserError
from trainer.storage.errors import told
from trainer.storage.paths import key_of

_logger = logging.getLogger(__name__)

_THREADS = 8
_CHUNK_BYTES = 8 << 20
# Below this a copy is too short to be worth a line in the log.
_TOLD_BYTES = 1 << 20


def list_files(file_system: Any, folder: str, top: str = "") -> dict[str, int]:
    """Returns the sizes of all files under a remote folder, by path inside it.

    Args:
      file_system: of `connect`.
      folder: a remote path; it need not be there.
      top: the one entry of the folder to list; empty: all.

    Raises:
      UserError: it cannot be listed.
    """
    from pyarrow.fs import FileSelector, FileType

    root = key_of(folder)
    base = f"{root}/{top}" if top else root
    selector = FileSelector(base, recursive=True, allow_not_found=True)
    with told(folder):
        found = file_system.get_file_info(selector)
    return {
        info.path[len(root) + 1 :]: info.size
        for info in found
        if info.type == FileType.File
    }


def download(
    file_system: Any, folder: str, target: Path, sizes: Mapping[str, int]
) -> None:
    """Copies files of a remote folder, after a look at the free disk.

    Args:
      file_system: of `connect`.
      folder: the remote folder.
      target: the local one; subfolders are made.
      sizes: which files, and how many bytes each has.

    Raises:
      UserError: the disk is too small, or a file cannot be read whole.
    """
    target.mkdir(parents=True, exist_ok=True)
    total = sum(sizes.values())
    _check_disk(folder, target, total)
    if total >= _TOLD_BYTES:
        _logger.info("copying %s (%s) to %s", folder, format_bytes(total), target)

    def copy(path: str) -> None:
        name, file = f"{folder.rstrip('/')}/{path}", target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        # Without `compression` a file called .gz would come unpacked.
        with (
            told(name),
            file_system.open_input_stream(key_of(name), compression=None) as source,
            open(file, "wb") as copied,
        ):
            shutil.copyfileobj(source, copied, _CHUNK_BYTES)
        found = file.stat().st_size
        if found != sizes[path]:
            raise UserError(
                f"{name} was cut short or changed while it was copied ({found} bytes "
                f"of {sizes[path]}); run it again."
            )

    _each(copy, sizes)


def upload(file_system: Any, source: Path, folder: str, paths: Iterable[str]) -> None:
    """Copies files of a local folder to a remote one.

    Args:
      file_system: of `connect`.
      source: the local folder.
      folder: the remote one.
      paths: which files, by path inside it.

    Raises:
      UserError: a file cannot be written.
    """

    def copy(path: str) -> None:
        with open(source / path, "rb") as file:
            put(file_system, f"{folder.rstrip('/')}/{path}", file)

    _each(copy, paths)


def put(file_system: Any, path: str, content: Any) -> None:
    """Writes one remote file: a reader sees the earlier one or all of the new one.

    Args:
      file_system: of `connect`.
      path: the remote file.
      content: a binary file, read to its end.

    Raises:
      UserError: it cannot be written.
    """
    with (
        told(path, "written"),
        file_system.open_output_stream(key_of(path), compression=None) as stream,
    ):
        shutil.copyfileobj(content, stream, _CHUNK_BYTES)


def delete(file_system: Any, folder: str, paths: Iterable[str]) -> None:
    """Deletes files of a remote folder; one that is gone already is no error.

    Raises:
      UserError: a file cannot be deleted.
    """

    def remove(path: str) -> None:
        name = f"{folder.rstrip('/')}/{path}"
        with told(name, "written"), contextlib.suppress(FileNotFoundError):
            file_system.delete_file(key_of(name))

    _each(remove, paths)


def _each(function: Callable[[str], None], paths: Iterable[str]) -> None:
    with ThreadPoolExecutor(_THREADS) as pool:
        futures = [pool.submit(function, path) for path in paths]
        try:
            for future in futures:
                future.result()
        except BaseException:
            # Hundreds of files behind the one that failed would fail as slowly.
            pool.shutdown(cancel_futures=True)
            raise


def _check_disk(folder: str, target: Path, total: int) -> None:
    free = shutil.disk_usage(target).free
    if total > free:
        raise UserError(
            f"{folder} needs {format_bytes(total)} on this machine and "
            f"{tempfile.gettempdir()} has {format_bytes(free)} free; set TMPDIR to a "
            "folder on a larger disk."
        )


def format_bytes(count: int) -> str:
    """Returns a size as a person reads it, in powers of 1000."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def is_partial(path: str) -> bool:
    """Whether a path is of what is still being written."""
    return any(part.endswith(".partial") for part in path.split(os.sep))
