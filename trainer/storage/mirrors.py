"""Remote folders that a command writes: built on this machine, brought over in steps.

A mirror begins with what the remote folder holds. Small files and those that are read
are copied; of the others an empty file stands there, so that what asks whether a file
exists, replaces it or removes it works as on a local folder. `publish` then carries
over what differs: first it deletes what is gone or made a folder complete that changes,
last it writes the files that make one complete. What is gone from a hidden folder, in
which a replacement was made, is deleted when that is in place.
"""

import contextlib
import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from schemas.errors import UserError
from trainer.storage import stand_ins
from trainer.storage.copies import standing, temporary_folder
from trainer.storage.errors import told
from trainer.storage.file_systems import connect
from trainer.storage.paths import is_remote, key_of
from trainer.storage.stand_ins import StandIn
from trainer.storage.transfer import delete, download, is_partial, list_files, upload

_logger = logging.getLogger(__name__)

Stamp = tuple[int, int, int]


class Mirror(StandIn):
    """A local folder whose changes are brought to a remote one.

    Args:
      name: the remote folder.
      folder: the local one; it must not be there yet.
      owned: the entries of the folder that the command may read or replace: names of
        files and folders, and patterns with `*` of files. Others at the source are
        never looked at.
      wanted: which files are read, by path in the folder.
      kept: which files are brought over, by path in the folder.
      last: names of the files that make a folder complete.

    Raises:
      UserError: the storage refuses or does not answer, or there is no bucket.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        owned: Sequence[str],
        wanted: Callable[[str], bool],
        kept: Callable[[str], bool],
        last: Sequence[str],
    ) -> None:
        self._file_system = connect(name, "written")
        self._kept, self._last = kept, last
        super().__init__(name.rstrip("/"), folder, self._list(name, owned))
        folder.mkdir()
        # What the source holds, as the local folder showed it when it was the same.
        self._same: dict[str, Stamp] = {}
        read = {path: size for path, size in self.sizes.items() if wanted(path)}
        if read:
            download(self._file_system, name, folder, read)
        for path in self.sizes:
            file = folder / path
            if path not in read:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.touch()
            self._same[path] = _stamp(file)

    def publish(self) -> None:
        """Brings the source up to date.

        Raises:
          UserError: the storage refuses or does not answer. The next call goes on.
        """
        found = {
            path: _stamp(file)
            for file in sorted(self.folder.rglob("*"))
            if file.is_file()
            and not is_partial(path := file.relative_to(self.folder).as_posix())
            and self._kept(path)
        }
        gone = self._same.keys() - found.keys()
        changed = [path for path in found if found[path] != self._same.get(path)]
        ends = [path for path in changed if self._is_last(path)]
        # What made a folder complete no longer does; what was to take its place stays
        # at hand until it has.
        staged = {path for path in gone if path.startswith(".")}
        ended = {path for path in gone if self._is_last(path)} | set(ends)
        first = (ended - staged) & self._same.keys()
        self._delete(first)
        self._delete(gone - first - staged)
        for paths in ([path for path in changed if path not in ends], ends):
            upload(self._file_system, self.folder, self.name, paths)
            self._same |= {path: found[path] for path in paths}
        self._delete(staged)

    def _delete(self, paths: set[str]) -> None:
        if paths:
            delete(self._file_system, self.name, sorted(paths))
        for path in paths:
            del self._same[path]

    def _is_last(self, path: str) -> bool:
        return path.rpartition("/")[2] in self._last

    def _list(self, name: str, owned: Sequence[str]) -> dict[str, int]:
        from pyarrow.fs import FileSelector, FileType

        selector = FileSelector(key_of(name), allow_not_found=True)
        with told(name):
            entries = self._file_system.get_file_info(selector)
        sizes = {
            info.base_name: info.size
            for info in entries
            if info.type == FileType.File
            and any(fnmatchcase(info.base_name, pattern) for pattern in owned)
        }
        # By name: pyarrow shows no folders of gs:// that have no object of their own.
        for entry in owned:
            if entry not in sizes and "*" not in entry:
                sizes |= list_files(self._file_system, name, entry)
        return sizes


@contextlib.contextmanager
def mirrored(
    path: str,
    owned: Sequence[str],
    wanted: Callable[[str], bool] = lambda _: True,
    kept: Callable[[str], bool] = lambda _: True,
    last: Sequence[str] = (),
) -> Iterator[None]:
    """Lets a mirror of a folder stand for it inside the block.

    At the end of the block, also where an error ends it, what is not at the source yet
    is brought there. Where that fails, the local folder stays, and its path is named.

    Args:
      path: the folder; a local one stands for itself.
      owned: as `Mirror`.
      wanted: as `Mirror`.
      kept: as `Mirror`.
      last: as `Mirror`.

    Raises:
      UserError: the storage refuses or does not answer, or there is no bucket.
    """
    if not is_remote(path):
        yield
        return
    with temporary_folder(path) as folder:
        mirror = Mirror(path, folder, owned, wanted, kept, last)
        with standing(mirror):
            try:
                yield
            except BaseException:
                # What ended the work says so itself; this must not stand in its place.
                try:
                    _publish_or_rescue(mirror)
                except UserError as error:
                    _logger.warning("%s", error)
                raise
            _publish_or_rescue(mirror)


def _stamp(file: Path) -> Stamp:
    """Returns what changes when a file is written or replaced."""
    status = file.stat()
    return status.st_ino, status.st_mtime_ns, status.st_size


def _publish_or_rescue(mirror: Mirror) -> None:
    """Publishes; where that fails the local folder outlives the temporary one."""
    try:
        mirror.publish()
    except UserError as error:
        temporary = mirror.folder.parent
        rescued = temporary.with_name(f"{temporary.name}-rescued")
        shutil.move(mirror.folder, rescued)
        raise UserError(f"{error} What was to be written is in {rescued}.") from error


def publish_if_possible(path: str) -> bool:
    """Publishes, or warns that this waits: training must not end for it.

    Returns:
      Whether the source is up to date.
    """
    try:
        stand_ins.publish(path)
    except UserError as error:
        _logger.warning("%s (the work goes on, and this is tried again)", error)
        return False
    return True
