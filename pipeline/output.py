"""An output's folder: what may be there, and how a new one takes its place.

A local output, such as a data set, is written in a folder inside its own, so on the
same disk, and moved up when it is whole; an earlier one stays usable until then, and
the folder is locked. A remote one, where renaming means copying, is written in its
place if there is none yet, and else beside it (see `pipeline.steps.publish`); nothing
locks it. Either counts as complete once its manifest is there.
"""

import contextlib
import os
import shutil
import uuid

from apache_beam.io.filesystem import BeamIOError
from apache_beam.io.filesystems import FileSystems

from pipeline.contents import DATA_SET, PARTIAL, TRANSFORM_TEMP, Contents
from pipeline.storage.files import (
    delete_entries,
    delete_folder,
    files_of,
    is_remote,
)
from pipeline.storage.paths import check_no_glob
from schemas.errors import UsageError, UserError
from schemas.layout import MANIFEST, join
from schemas.storage.folder_lock import FolderLock, lock_folder
from schemas.storage.replacement import (
    WHOLE,
    recover,
    recover_locked,
    remove,
    replace_entries,
)


class Output:
    """A folder to be filled.

    Attributes:
      folder: where the run writes.
      contents: what the folder may hold.
      is_published: whether the run's last step has to bring the files from `folder` to
        their place: where a remote output replaces another one.
    """

    def __init__(
        self, path: str, overwrite: bool, contents: Contents = DATA_SET
    ) -> None:
        """Checks the folder, and puts right what a run that was killed has left.

        Args:
          path: local or remote.
          overwrite: whether a complete output may be replaced.
          contents: what it will hold.

        Raises:
          UserError: there is one, or something else, or no such storage is known.
          UsageError: the path is empty.
        """
        if not path:
            raise UsageError("--output names no folder")
        check_no_glob("output", path)
        self.contents = contents
        self._path = path.rstrip("/") or path
        self._overwrite = overwrite
        self._is_local = not is_remote(path)
        self._is_new = False
        self._lock: FolderLock | None = None
        if self._is_local:
            recover(self._path)
        self.is_published = self._check() and not self._is_local
        self.folder = self._path
        if self._is_local or self.is_published:
            # By a name that no other run has: worker processes of one that was killed
            # may go on for a while.
            self.folder = join(self._path, PARTIAL, uuid.uuid4().hex[:12])

    def prepare(self) -> None:
        """Locks the folder, and removes what an earlier run left where this one writes.

        Raises:
          UserError: the folder can't be written, another run is writing it, or has
            completed it since it was checked.
        """
        try:
            if not self._is_local:
                self._prepare_remote()
                return
            self._is_new = not os.path.isdir(self._path)
            self._lock = lock_folder(self._path)
            recover_locked(self._path)
            self._check()
            self._remove_remains()
            self._remove_partial()
            os.makedirs(self.folder)
        except (OSError, BeamIOError) as error:
            raise UserError(
                f"cannot write to {self._path}: {error}; choose another --output."
            ) from error

    def complete(self) -> None:
        """Puts the finished output in its place."""
        if self._lock is None:
            return
        remove(join(self.folder, TRANSFORM_TEMP))
        replace_entries(self._path, self.folder, self.contents.own_entries)
        self._remove_partial()
        self._lock.release()
        self._lock = None

    def abandon(self) -> None:
        """Removes what a failed run wrote, where that costs nothing."""
        if self._lock is None:
            return
        with contextlib.suppress(OSError):
            recover_locked(self._path)
        self._remove_partial()
        if self._is_new:
            with contextlib.suppress(OSError):
                os.rmdir(self._path)
        self._lock.release()
        self._lock = None

    def _check(self) -> bool:
        """Returns whether there is a complete output that may be replaced."""
        if self._is_local:
            self.contents.check_folder(self._path)
        try:
            is_complete = FileSystems.exists(join(self._path, MANIFEST))
            names = [] if self._is_local or is_complete else self._remote_names()
        except Exception as error:  # Each remote storage raises errors of its own.
            raise UserError(
                f"cannot look up --output {self._path}: {error}; check the path, and "
                "that you may write there."
            ) from error
        if is_complete and not self._overwrite:
            raise UserError(
                f"{self._path} already holds a complete {self.contents.kind}; give "
                "--overwrite to "
                "replace it, or another --output."
            )
        self.contents.check_files(self._path, names)
        return bool(is_complete)

    def _remote_names(self) -> list[str]:
        prefix = join(self._path, "")
        return [path.removeprefix(prefix) for path in files_of(self._path)]

    def _remove_remains(self) -> None:
        """Removes what a run that was killed had moved up, before its other traces."""
        if os.path.lexists(join(self._path, MANIFEST)):
            return
        for name in self.contents.own_entries:
            remove(join(self._path, name))

    def _remove_partial(self) -> None:
        # A worker process of a run that was killed may still write there: whatever
        # stays is removed by the next run.
        for name in (PARTIAL, WHOLE):
            shutil.rmtree(join(self._path, name), ignore_errors=True)

    def _prepare_remote(self) -> None:
        if self.is_published:
            delete_folder(join(self._path, PARTIAL))
            return
        delete_entries(self._path, self.contents.all_entries)
