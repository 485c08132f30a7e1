"""A folder to look into, here or on a remote storage: its files, and their bytes."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from schemas.errors import UserError
from schemas.storage.replacement import recover


@dataclass(frozen=True)
class Folder:
    """What is known of a folder before a file of it is read.

    Attributes:
      name: as the user gave it.
      sizes: bytes of every file, by its path in the folder.
      read: returns the bytes of a file, by its path in the folder.
      times: when files were written, in seconds since 1970-01-01 UTC, by path; what
        the storage does not tell is missing.
    """

    name: str
    sizes: Mapping[str, int]
    read: Callable[[str], bytes]
    times: Mapping[str, float] = field(default_factory=dict)

    @property
    def entries(self) -> list[str]:
        """The names at the top of the folder, sorted."""
        return sorted({path.partition("/")[0] for path in self.sizes})

    @property
    def num_bytes(self) -> int:
        """The bytes of all files."""
        return sum(self.sizes.values())

    def path_of(self, file: str) -> str:
        """Returns what messages call a file of the folder."""
        return f"{self.name.rstrip('/')}/{file}"


def local_folder(path: str, marker: str) -> Folder:
    """Lists a folder of this machine.

    Args:
      path: the folder; one that is not there has no files.
      marker: the file that makes its content complete (`schemas.storage.replacement`).

    Raises:
      UserError: there is a file in its place, or it cannot be listed.
    """
    if os.path.lexists(path) and not os.path.isdir(path):
        raise UserError(f"{path} is a file; name a folder.")
    # What is replaced at the moment of a kill is brought back, as by other readers.
    recover(path, marker)

    def refuse(error: OSError) -> None:
        raise UserError(f"{path} cannot be read ({error.strerror}).") from error

    sizes, times = {}, {}
    if os.path.isdir(path):
        for folder, _, names in os.walk(path, onerror=refuse):
            for name in names:
                file = Path(folder, name)
                try:
                    status = file.stat()
                except OSError:  # It is gone already, as where a run is at work.
                    continue
                key = file.relative_to(path).as_posix()
                sizes[key], times[key] = status.st_size, status.st_mtime

    def read(file: str) -> bytes:
        try:
            return Path(path, file).read_bytes()
        except OSError as error:
            raise UserError(
                f"{path}/{file} cannot be read ({error.strerror})."
            ) from error

    return Folder(path, sizes, read, times)
