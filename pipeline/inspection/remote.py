"""Folders on remote storage, through Beam's file systems."""

from apache_beam.io.filesystem import BeamIOError
from apache_beam.io.filesystems import FileSystems

from pipeline.storage import open_raw
from schemas.errors import UserError
from schemas.folders import Folder
from schemas.layout import join


def remote_folder(path: str) -> Folder:
    """Lists a remote folder; one that is not there has no files.

    Raises:
      UserError: it cannot be listed.
    """
    prefix = join(path, "")
    try:
        found = FileSystems.match([join(path, "**")])[0].metadata_list
    except Exception as error:  # Each remote storage raises errors of its own.
        if not isinstance(error, (BeamIOError, OSError, ValueError)):
            raise
        raise UserError(
            f"cannot look up {path}: {error}; check the path, and that you may read it."
        ) from error

    def read(file: str) -> bytes:
        with open_raw(prefix + file) as stream:
            return stream.read()

    of_files = {entry.path.removeprefix(prefix): entry for entry in found}
    return Folder(
        path,
        {file: entry.size_in_bytes for file, entry in of_files.items()},
        read,
        {
            file: entry.last_updated_in_seconds
            for file, entry in of_files.items()
            if entry.last_updated_in_seconds
        },
    )
