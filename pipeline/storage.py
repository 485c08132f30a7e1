"""Opening input files, local or remote, through Beam's file systems."""

import contextlib
import gzip
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from apache_beam.io.filesystem import BeamIOError, CompressionTypes
from apache_beam.io.filesystems import FileSystems

from schemas.errors import UserError

_CHUNK_BYTES = 1 << 20


def is_compressed(path: str) -> bool:
    """Whether a file is gzip, by its name."""
    return path.lower().endswith(".gz")


def open_raw(path: str) -> BinaryIO:
    """Opens a file as it is stored.

    Raises:
      UserError: it can't be opened.
    """
    try:
        return FileSystems.open(  # type: ignore[no-any-return]
            path, compression_type=CompressionTypes.UNCOMPRESSED
        )
    except (BeamIOError, OSError) as error:
        raise UserError(f"cannot open {path}: {error}") from error


@contextlib.contextmanager
def open_text(path: str) -> Iterator[BinaryIO]:
    """Opens a file for reading, decompressed.

    Raises:
      UserError: the file can't be opened or, while reading, is found damaged.
    """
    with open_raw(path) as raw:
        try:
            if is_compressed(path):
                with gzip.GzipFile(fileobj=raw) as stream:
                    yield cast(BinaryIO, stream)
            else:
                yield raw
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UserError(
                f"{path} is not a whole gzip file ({error}); fetch or compress it "
                "again."
            ) from error


def read_line(stream: BinaryIO) -> bytes:
    """Returns the next line with its line break, or the rest of the file."""
    parts = []
    while chunk := stream.readline(_CHUNK_BYTES):
        parts.append(chunk)
        if chunk.endswith(b"\n"):
            break
    return b"".join(parts)
