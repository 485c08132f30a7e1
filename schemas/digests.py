"""Digests by which a reader sees that files and JSON are as they were written.

They find damage, files that were mixed up, and edits by hand. They are no signature:
whoever writes a file anew can write its digest anew.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

_CHUNK_BYTES = 1 << 20
_SEAL = "digest"


class Readable(Protocol):
    """A file that is open for reading bytes, Python's, Beam's or TensorFlow's."""

    def read(self, size: int, /) -> bytes:
        """Returns the next bytes, at most `size`; none at the end."""


def of_stream(stream: Readable, write: Callable[[bytes], object] | None = None) -> str:
    """Returns the SHA-256 of the rest of a file.

    Args:
      stream: the file.
      write: also called with its bytes, part by part: `write` of where they are copied.
    """
    digest = hashlib.sha256()
    while part := stream.read(_CHUNK_BYTES):
        digest.update(part)
        if write is not None:
            write(part)
    return digest.hexdigest()


def of_json(value: Any) -> str:
    """Returns the SHA-256 of a JSON value, the same for the same content."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def sealed(value: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a JSON object with a digest of everything else in it."""
    return {**value, _SEAL: of_json(value)}


def unsealed(value: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what `sealed` was given.

    Raises:
      ValueError: the digest is missing, or something is not as it was.
    """
    content = {name: part for name, part in value.items() if name != _SEAL}
    if value.get(_SEAL) != of_json(content):
        raise ValueError(
            f"Its content must be that of its `{_SEAL}`, got {value.get(_SEAL)!r}."
        )
    return content


def changed_file(folder: str, digests: Mapping[str, str]) -> str | None:
    """Returns the first file of a local folder that is not as it was written.

    Args:
      folder: the folder.
      digests: those of its files, by path in the folder.

    Returns:
      Its path in the folder; None where all are there and as they were.
    """
    for path, digest in sorted(digests.items()):
        try:
            with open(f"{folder}/{path}", "rb") as stream:
                if of_stream(stream) != digest:
                    return path
        except OSError:
            return path
    return None


def check_files(folder: str, digests: Mapping[str, str]) -> None:
    """Refuses a local folder in which a file is not as it was written.

    Raises:
      ValueError: one is missing or changed; it is named.
    """
    if (changed := changed_file(folder, digests)) is not None:
        raise ValueError(f"{changed} is damaged: its digest is not the one written")
