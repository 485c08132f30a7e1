"""Local copies of remote folders, for as long as a command runs."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from schemas.cli import stop_signals
from trainer.storage import stand_ins
from trainer.storage.file_systems import connect
from trainer.storage.paths import is_remote, key_of
from trainer.storage.stand_ins import StandIn
from trainer.storage.transfer import download, list_files


class Copy(StandIn):
    """A folder whose files are brought here when they are asked for."""

    def __init__(self, name: str, folder: Path) -> None:
        """Lists the remote folder.

        Args:
          name: the remote folder.
          folder: where its files will be; made here if there is anything to copy.

        Raises:
          UserError: the storage refuses or does not answer, or there is no bucket.
        """
        self._file_system = connect(name)
        super().__init__(name.rstrip("/"), folder, list_files(self._file_system, name))
        # Empty folders for all, so that what looks for a folder finds it.
        for path in self.sizes:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)

    def fetch(self, wanted: Callable[[str], bool]) -> None:
        """Copies the files whose path in the folder is wanted.

        Raises:
          UserError: the disk is too small, or a file cannot be read.
        """
        sizes = {path: size for path, size in self.sizes.items() if wanted(path)}
        if sizes:
            download(self._file_system, self.name, self.folder, sizes)


@contextlib.contextmanager
def opened_copy(path: str) -> Iterator[Copy | None]:
    """Lets a copy of a folder, with no file in it yet, stand for it.

    Yields:
      The copy; None where `path` is local and stands for itself.

    Raises:
      UserError: as `Copy`.
    """
    if not is_remote(path):
        yield None
        return
    with temporary_folder(path) as folder:
        copy = Copy(path, folder)
        with standing(copy):
            yield copy


@contextlib.contextmanager
def local_copy(
    path: str, wanted: Callable[[str], bool] = lambda _: True
) -> Iterator[None]:
    """Lets a copy of a folder stand for it inside the block.

    Args:
      path: the folder; a local one stands for itself.
      wanted: which files are needed, by path in the folder.

    Raises:
      UserError: the storage refuses or does not answer, or the disk is too small.
    """
    with opened_copy(path) as copy:
        if copy is not None:
            copy.fetch(wanted)
        yield


@contextlib.contextmanager
def standing(stand_in: StandIn) -> Iterator[None]:
    """Makes a stand-in known inside the block."""
    stand_ins.add(stand_in)
    try:
        yield
    finally:
        stand_ins.remove(stand_in)


@contextlib.contextmanager
def temporary_folder(path: str) -> Iterator[Path]:
    """Yields a folder named as a remote one is, in `TMPDIR`; it is gone afterwards."""
    with (
        stop_signals.caught(),  # So that it is gone afterwards.
        tempfile.TemporaryDirectory(
            prefix="seamstress-", ignore_cleanup_errors=True
        ) as folder,
    ):
        yield Path(folder, key_of(path).rpartition("/")[2])
