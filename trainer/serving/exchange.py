"""A new folder takes the place of another one when it is whole, at once if possible."""

import contextlib
import ctypes
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import tensorflow as tf

from schemas.cli import stop_signals
from schemas.errors import UserError
from schemas.storage.folder_lock import lock_folder
from schemas.storage.replacement import remove
from trainer.errors import first_line
from trainer.storage.stand_ins import name_of

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.EXDEV, errno.EOPNOTSUPP, errno.EPERM}


@contextlib.contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Yields an empty folder that takes the place of `folder` if the block ends well.

    It stands beside it as `<name>.partial`, and is locked meanwhile. What was at
    `folder` stays as it is until then.

    Raises:
      UserError: another run is writing it, or it can't be written.
    """
    partial = folder.with_name(f"{folder.name}.partial")
    name = name_of(folder)
    try:
        with lock_folder(partial, name):
            recover_folder(folder)
            # Of one that was killed.
            for entry in os.listdir(partial):
                remove(partial / entry)
            try:
                yield partial
                stop_signals.check()
                with stop_signals.uninterrupted():
                    replace_folder(partial, folder)
            except BaseException:
                with stop_signals.uninterrupted():
                    shutil.rmtree(partial, ignore_errors=True)
                raise
    except (OSError, tf.errors.OpError) as error:
        raise UserError(
            f"{name} cannot be written ({first_line(error)}); make room there, or "
            "choose another --output."
        ) from error


def replace_folder(staged: Path, folder: Path) -> None:
    """Puts a folder in the place of another one, which is removed.

    Where the file system can exchange two names (Linux; not NFS) there is no moment
    without a folder; elsewhere there is one between two renames, and `recover_folder`
    puts the earlier one back after a kill in it.

    Args:
      staged: the finished folder, beside the other one.
      folder: the place; a folder, or nothing.
    """
    if not os.path.lexists(folder):
        os.rename(staged, folder)
    elif _exchanged(staged, folder):
        remove(staged)
    else:
        os.rename(folder, _aside(folder))
        os.rename(staged, folder)
        remove(_aside(folder))


def recover_folder(folder: Path) -> None:
    """Puts back a folder that was on its way out when a program was killed."""
    if os.path.lexists(_aside(folder)) and not os.path.lexists(folder):
        os.rename(_aside(folder), folder)
    remove(_aside(folder))


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.replaced")


def _exchanged(one: Path, other: Path) -> bool:
    """Exchanges two names; returns False where that is not possible."""
    # Not in Python's `os`, and in the C libraries of Linux alone.
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    if call(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), os.fspath(one), None, os.fspath(other))
