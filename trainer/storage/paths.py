"""Paths as users write them: local ones, and `gs://` and `s3://`."""

import re
from pathlib import Path

from schemas import layout
from schemas.errors import UsageError

SCHEMES = ("gs", "s3")

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):/")


def is_remote(path: str) -> bool:
    """Whether a path has a scheme, a known one or another."""
    return "://" in path


def check_path(flag: str, path: str) -> None:
    """Refuses a path of an unknown scheme, or one that is cut short.

    Args:
      flag: where it was given, for the message.
      path: as given; any local path passes.

    Raises:
      UsageError: it names nothing that could be read or written.
    """
    match = _SCHEME.match(path)
    if not is_remote(path):
        if match and match[1] in SCHEMES:
            raise UsageError(
                f"--{flag} {path} has one slash behind its scheme; write "
                f"{match[1]}://BUCKET/FOLDER"
            )
        return
    scheme, _, rest = path.partition("://")
    if scheme not in SCHEMES:
        raise UsageError(
            f"--{flag} {path} is in no storage that the trainer knows; give a local "
            "path, gs://BUCKET/FOLDER or s3://BUCKET/FOLDER"
        )
    if not rest.strip("/"):
        raise UsageError(
            f"--{flag} {path} names no bucket; write {scheme}://BUCKET/FOLDER"
        )
    if "" in rest.rstrip("/").split("/"):
        raise UsageError(
            f"--{flag} {path} has an empty part between two slashes; remove one slash"
        )


def scheme_of(path: str) -> str:
    """Returns the scheme of a remote path, `gs` or `s3`."""
    return path.partition("://")[0]


def key_of(path: str) -> str:
    """Returns the bucket and what is behind it, as pyarrow's file systems take it."""
    return path.partition("://")[2].rstrip("/")


def bucket_of(path: str) -> str:
    """Returns the name of the bucket."""
    return key_of(path).partition("/")[0]


def join(folder: str, *parts: str) -> str:
    """Joins parts, as `pathlib` does it where the folder is local."""
    if is_remote(folder):
        return layout.join(folder, *parts)
    return str(Path(folder, *parts))
