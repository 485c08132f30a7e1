"""Single files, read or written where they are."""

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from schemas.errors import UserError
from trainer.storage.errors import told
from trainer.storage.file_systems import connect
from trainer.storage.paths import check_path, is_remote, key_of
from trainer.storage.transfer import put


def read_text(flag: str, path: str) -> str:
    """Returns the text of a small file.

    Args:
      flag: where it was given, for messages.
      path: local or remote.

    Raises:
      OSError: it is local and cannot be read.
      UsageError: it is of an unknown scheme, or cut short.
      UserError: it is remote and cannot be read.
    """
    check_path(flag, path)
    if not is_remote(path):
        return Path(path).read_text(encoding="utf-8")
    with open_remote(path) as file, told(path):
        return file.read().decode()


@contextlib.contextmanager
def open_file(path: str, remedy: str) -> Iterator[BinaryIO]:
    """Opens a file for reading, with `seek`.

    Args:
      path: local or remote.
      remedy: what to do where there is no such file.

    Raises:
      OSError: it is local and cannot be read.
      UserError: there is no such file, or it is remote and cannot be opened.
    """
    if is_remote(path):
        with open_remote(path) as file:
            yield file
        return
    if not os.path.exists(path):
        raise UserError(f"there is no file {path}; {remedy}.")
    if os.path.isdir(path):
        raise UserError(f"{path} is a folder; {remedy}.")
    with open(path, "rb") as file:
        yield file


@contextlib.contextmanager
def open_remote(path: str) -> Iterator[BinaryIO]:
    """Opens a remote file for reading, with `seek`.

    Raises:
      UserError: it cannot be opened.
    """
    file_system = connect(path)
    with told(path):
        opened = file_system.open_input_file(key_of(path))
    with opened as file:
        # Lines are read from it, and each read of the storage is a request.
        yield io.BufferedReader(_Raw(file), 1 << 20)


def write_remote(path: str, text: str) -> None:
    """Writes a remote file of UTF-8 text.

    Raises:
      UserError: it cannot be written.
    """
    put(connect(path, "written"), path, io.BytesIO(text.encode()))


class _Raw(io.RawIOBase):
    """What `BufferedReader` needs of a file of pyarrow's."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return int(self._file.readinto(buffer))

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())
