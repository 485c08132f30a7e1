"""The last step of a run that replaces a remote output: the files go to their place.

An object store can't rename a folder. So the new output is written beside the earlier
one, which stays as it is while the job runs, and copied by the storage itself when all
of it is there. It is a step, and nothing that the launcher does: that may be gone.
"""

from collections.abc import Collection
from typing import TypeVar

import apache_beam as beam
from apache_beam.io.filesystem import BeamIOError
from apache_beam.io.filesystems import FileSystems

from pipeline.contents import PARTIAL
from pipeline.output import Output
from pipeline.storage.files import TEMPORARY, delete_entries, delete_folder, files_of
from schemas.errors import UserError
from schemas.layout import MANIFEST, join

T = TypeVar("T")

_FILES_AT_ONCE = 100


def publish_output(written: beam.PCollection[T], output: Output, path: str) -> None:
    """Adds the step to a pipeline, if the output needs it.

    Args:
      written: an element as soon as the output's manifest is written.
      output: the output.
      path: its folder.
    """
    if output.is_published:
        _ = written | "Publish" >> beam.Map(
            publish, output.folder, path, sorted(output.contents.own_entries)
        )


def publish(written: T, staged: str, path: str, entries: Collection[str]) -> T:
    """Brings a finished output to its place.

    May be called again where it failed, as engines do with a step.

    Args:
      written: passed on.
      staged: the folder with the files, inside `path`.
      path: where they belong.
      entries: what is removed there first.

    Raises:
      UserError: the storage refuses.
    """
    try:
        # Gone once all the others are copied.
        if FileSystems.exists(join(staged, MANIFEST)):
            _replace(staged, path, entries)
            FileSystems.delete([join(staged, MANIFEST)])
        delete_folder(join(path, PARTIAL))
    except BeamIOError as error:
        raise UserError(
            f"cannot bring {staged} to {path}: {error}; check that you may write and "
            "delete there, and run it again."
        ) from error
    return written


def _replace(staged: str, path: str, entries: Collection[str]) -> None:
    # The manifest goes first and comes last, so that no moment shows a mixture.
    if FileSystems.exists(join(path, MANIFEST)):
        FileSystems.delete([join(path, MANIFEST)])
    delete_entries(path, entries)
    prefix = join(staged, "")
    names = [file.removeprefix(prefix) for file in files_of(staged)]
    # TensorFlow marks folders on Cloud Storage by empty files that end in a slash; a
    # late attempt of a step may still be writing what another one has written.
    no_files = ("/", TEMPORARY)
    names = [name for name in names if name != MANIFEST and not name.endswith(no_files)]
    for start in range(0, len(names), _FILES_AT_ONCE):
        some = names[start : start + _FILES_AT_ONCE]
        FileSystems.copy(
            [join(staged, name) for name in some], [join(path, name) for name in some]
        )
    FileSystems.copy([join(staged, MANIFEST)], [join(path, MANIFEST)])
