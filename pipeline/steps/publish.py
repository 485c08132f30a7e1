"""The last step of a run that replaces a remote output: the files go to their place.

An object store can't rename a folder. So the new output is written beside the earlier
one, which stays as it is while the job runs, and copied by the storage itself when all
of it is there. It is a step, and nothing that the launcher does: that may be gone.
"""

from collections.abc import Collection
from typing import Protocol, TypeVar

import apache_beam as beam
from apache_beam.io.filesystem import BeamIOError
from apache_beam.io.filesystems import FileSystems

from pipeline.contents import PARTIAL
from pipeline.output import Output
from pipeline.storage.files import (
    TEMPORARY,
    delete_entries,
    delete_folder,
    files_of,
    open_raw,
)
from schemas.errors import UserError
from schemas.layout import MANIFEST, join


class _Written(Protocol):
    """A manifest."""

    def to_json(self) -> str:
        """Returns the text of its file."""


T = TypeVar("T", bound=_Written)

_FILES_AT_ONCE = 100


def publish_output(written: beam.PCollection[T], output: Output, path: str) -> None:
    """Adds the step to a pipeline, if the output needs it.

    Args:
      written: the manifest, as soon as it is written.
      output: the output.
      path: its folder.
    """
    if output.is_published:
        _ = written | "Publish" >> beam.Map(
            publish, output.folder, path, sorted(output.contents.own_entries)
        )


def publish(written: T, staged: str, path: str, entries: Collection[str]) -> T:
    """Brings a finished output to its place.

    May be called again where it failed, as engines do with a step, and by several
    workers at once, as services do where one is slow.

    Args:
      written: the manifest that the run wrote; passed on.
      staged: the folder with the files, inside `path`.
      path: where they belong.
      entries: what of an earlier output is removed there.

    Raises:
      UserError: the storage refuses, or another attempt has left no whole output.
    """
    try:
        if _replace(staged, path, entries):
            FileSystems.delete([join(staged, MANIFEST)])
        elif not _holds(path, written):
            raise UserError(
                f"{path} does not hold what this run wrote, whose files are no longer "
                f"in {staged}: another run or attempt was bringing files there at the "
                "same time; run it again."
            )
        delete_folder(join(path, PARTIAL))
    except BeamIOError as error:
        raise UserError(
            f"cannot bring {staged} to {path}: {error}; check that you may write and "
            "delete there, and run it again."
        ) from error
    return written


def _replace(staged: str, path: str, entries: Collection[str]) -> bool:
    """Copies the files; returns whether all of them were there to be copied.

    The manifest goes first and comes last, so that no moment shows a mixture. Another
    attempt may be through at any moment, and its files are the only ones then: nothing
    is deleted but an earlier output's manifest, and what is not staged.
    """
    names = _staged_names(staged)
    is_replaced = FileSystems.exists(join(path, MANIFEST))
    # Looked up right before anything is deleted, and behind the list: the manifest
    # goes before the other files do.
    if not FileSystems.exists(join(staged, MANIFEST)):
        return False
    if is_replaced:
        FileSystems.delete([join(path, MANIFEST)])
    for start in range(0, len(names), _FILES_AT_ONCE):
        some = names[start : start + _FILES_AT_ONCE]
        FileSystems.copy(
            [join(staged, name) for name in some], [join(path, name) for name in some]
        )
    if not FileSystems.exists(join(staged, MANIFEST)):
        return False
    delete_entries(path, entries, but={*names, MANIFEST})
    FileSystems.copy([join(staged, MANIFEST)], [join(path, MANIFEST)])
    return True


def _staged_names(staged: str) -> list[str]:
    """Returns the paths in the folder of all files but the manifest."""
    prefix = join(staged, "")
    names = [file.removeprefix(prefix) for file in files_of(staged)]
    # TensorFlow marks folders on Cloud Storage by empty files that end in a slash; a
    # late attempt of a step may still be writing what another one has written.
    no_files = ("/", TEMPORARY)
    return [name for name in names if name != MANIFEST and not name.endswith(no_files)]


def _holds(path: str, written: _Written) -> bool:
    """Whether the manifest there is the one that the run wrote."""
    manifest = join(path, MANIFEST)
    if not FileSystems.exists(manifest):
        return False
    with open_raw(manifest) as stream:
        return stream.read() == written.to_json().encode()
