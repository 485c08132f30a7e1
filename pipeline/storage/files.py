"""Files, local or remote, through Beam's file systems."""

import contextlib
import gzip
import os
import re
import sys
import uuid
import zlib
from collections.abc import Collection, Iterator
from typing import BinaryIO, cast

from apache_beam.io.filesystem import BeamIOError, CompressionTypes
from apache_beam.io.filesystems import FileSystems

from pipeline.storage.remote_stream import translating
from pipeline.storage.s3_clients import share_clients
from schemas.digests import of_stream
from schemas.errors import UserError
from schemas.layout import join

# In whichever process files are read or written.
share_clients()

_CHUNK_BYTES = 1 << 20
# An object on Cloud Storage is not there before it is closed, and never where the
# writer fails; on S3, Beam closes what it has when the writer fails.
_APPEARS_WHOLE = "gs://"
# Ends the name of a file that is being written.
TEMPORARY = ".partial"
_TEMPORARY_END = re.compile(rf"\.[0-9a-f]{{12}}{re.escape(TEMPORARY)}\Z")


def is_compressed(path: str) -> bool:
    """Whether a file is gzip, by its name."""
    return path.lower().endswith(".gz")


@contextlib.contextmanager
def open_raw(path: str) -> Iterator[BinaryIO]:
    """Opens a file for reading as it is stored.

    Raises:
      UserError: it can't be opened, or not be read to its end.
    """
    try:
        opened = FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED)
    except Exception as error:  # Each remote storage raises errors of its own.
        raise UserError(
            f"cannot open {path}: {error}; check that it is there, and that you may "
            "read it."
        ) from error
    try:
        with translating(opened) if is_remote(path) else opened as stream:
            yield stream
    except (BeamIOError, OSError) as error:
        raise UserError(
            f"cannot read {path}: {error}; check the disk or the network, and run it "
            "again."
        ) from error


@contextlib.contextmanager
def open_text(path: str) -> Iterator[BinaryIO]:
    """Opens a file for reading, decompressed.

    Raises:
      UserError: the file can't be opened or, while reading, is found damaged.
    """
    with open_raw(path) as raw:
        if not is_compressed(path):
            yield raw
            return
        try:
            # GzipFile takes no bytes at all for a file that was packed empty.
            if not raw.read(1):
                raise EOFError("it is empty")
            raw.seek(0)
            with gzip.GzipFile(fileobj=raw) as stream:
                yield cast(BinaryIO, stream)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UserError(
                f"{path} is not a whole gzip file ({error}); fetch or compress it "
                "again."
            ) from error


def read_line(stream: BinaryIO, most_bytes: int = sys.maxsize) -> bytes:
    """Returns the next line with its line break, or the rest of the file.

    Args:
      stream: an open file.
      most_bytes: how much of a longer line to return.
    """
    return b"".join(_parts_of_line(stream, most_bytes))


def skip_line(stream: BinaryIO, most_bytes: int = sys.maxsize) -> int:
    """Passes over the rest of a line without keeping it, and returns its bytes.

    Args:
      stream: an open file.
      most_bytes: how much of a longer rest to pass over.
    """
    return sum(map(len, _parts_of_line(stream, most_bytes)))


def _parts_of_line(stream: BinaryIO, most_bytes: int) -> Iterator[bytes]:
    left = most_bytes
    while left > 0 and (part := stream.readline(min(left, _CHUNK_BYTES))):
        yield part
        left = 0 if part.endswith(b"\n") else left - len(part)


@contextlib.contextmanager
def new_file(path: str) -> Iterator[BinaryIO]:
    """Writes a file that has its name when it is whole, in the place of any other.

    A worker that is stopped never leaves half a file under the name that readers look
    for. Several attempts at once, as services make where a worker is slow, never touch
    each other's: the last one stays.

    Raises:
      UserError: the file can't be written, for instance since the disk is full.
    """
    written = path
    if not path.startswith(_APPEARS_WHOLE):
        written = f"{path}.{uuid.uuid4().hex[:12]}{TEMPORARY}"
    try:
        try:
            with FileSystems.create(
                written, compression_type=CompressionTypes.UNCOMPRESSED
            ) as stream:
                yield stream
            if written != path:
                _rename(written, path)
        except BaseException:
            if written != path:
                with contextlib.suppress(OSError, BeamIOError):
                    FileSystems.delete([written])
            raise
    except (OSError, BeamIOError) as error:
        raise UserError(
            f"cannot write {path}: {error}; make room there, or choose another "
            "--output."
        ) from error


def _rename(source: str, path: str) -> None:
    if is_remote(path):
        FileSystems.rename([source], [path])
    else:
        os.replace(source, path)


def whole_name(name: str) -> str:
    """Returns the name of a file, of one that is being written the one it will have."""
    return _TEMPORARY_END.sub("", name)


def is_remote(path: str) -> bool:
    """Whether a path names a storage, such as gs://, and no file of this machine."""
    return "://" in path


def path_bytes(path: str) -> bytes:
    """Returns the bytes of a path: of a local one as they are on disk, else UTF-8.

    What a path is as text depends on the encoding of the process' locale.
    """
    if is_remote(path):
        return path.encode("utf-8", "surrogateescape")
    return os.fsencode(path)


def copy_folder(source: str, destination: str, without: str = "") -> dict[str, str]:
    """Copies all files of a folder, from any storage to any other.

    Args:
      source: the folder.
      destination: the folder to fill.
      without: an entry of the folder that is left out.

    Returns:
      The digests of the files (`schemas.digests`), by path in the folder.

    Raises:
      UserError: a file can't be read or written.
    """
    digests = {}
    prefix = join(source, "")
    for path in files_of(source):
        name = path.removeprefix(prefix)
        # TensorFlow marks folders on Cloud Storage by empty files that end in a slash.
        if path.endswith("/") or (without and name.split("/")[0] == without):
            continue
        with open_raw(path) as reader, new_file(join(destination, name)) as writer:
            digests[name] = of_stream(reader, writer.write)
    return digests


def delete_folder(folder: str) -> None:
    """Deletes all files of a folder, or nothing where there is none."""
    if paths := files_of(folder):
        FileSystems.delete(paths)


def delete_entries(
    folder: str, names: Collection[str], but: Collection[str] = ()
) -> None:
    """Deletes the files of these names in a folder, and all in folders of them.

    Of the files also what a writer that was stopped has left.

    Args:
      folder: the folder.
      names: of entries of the folder.
      but: paths in the folder of files that stay.
    """
    files = [path.removeprefix(join(folder, "")) for path in files_of(folder)]
    chosen = [
        join(folder, file)
        for file in files
        if whole_name(file.split("/")[0]) in names and file not in but
    ]
    if chosen:
        FileSystems.delete(chosen)


def files_of(folder: str) -> list[str]:
    """Returns the paths of all files in a folder and in those inside it."""
    found = FileSystems.match([join(folder, "**")])[0].metadata_list
    return [entry.path for entry in found]
