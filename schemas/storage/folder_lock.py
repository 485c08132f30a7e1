"""A lock on a folder that one program writes, so that no two write it at once.

It is on the folder itself, by `flock`: no file is left in it, and the system lets go of
the lock when the process ends, however it ends. It holds among the processes of one
machine: others may write a folder on NFS all the same. Object stores have no locks.
"""

import contextlib
import fcntl
import os

from schemas.errors import UserError


class FolderLock(contextlib.AbstractContextManager["FolderLock"]):
    """A folder that is locked until `release`, or until the process ends."""

    def __init__(self, descriptor: int) -> None:
        """Takes the descriptor of the folder; `lock_folder` is what makes locks."""
        self._descriptor = descriptor

    def release(self) -> None:
        """Lets others have the folder; once more does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __exit__(self, *exception: object) -> None:
        self.release()


def lock_folder(folder: str | os.PathLike[str], name: str = "") -> FolderLock:
    """Locks a folder, which is made if there is none.

    Processes that this one starts do not inherit the lock.

    Args:
      folder: the folder.
      name: what the user calls it; the path by default.

    Raises:
      UserError: another program has locked it.
      OSError: it can't be made or opened.
    """
    while True:
        os.makedirs(folder, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):  # Removed just now, as below.
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                # Where a storage knows no locks, work goes on without.
                _lock(descriptor, name or os.fspath(folder))
                # Whoever had the lock may have removed the folder, or put another in
                # its place, between the two calls above.
                if os.path.samestat(os.fstat(descriptor), os.stat(folder)):
                    return FolderLock(descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)


def _lock(descriptor: int, name: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise UserError(
            f"{name} is being written by another run; wait until that ends, or choose "
            "another --output."
        ) from error
    except OSError:
        pass
