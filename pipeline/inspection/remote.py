"""Folders on remote storage, through Beam's file systems."""

from collections.abc import Sequence

from apache_beam.io.filesystems import FileSystems

from pipeline.runners.beam_flags import beam_options
from pipeline.runners.credentials import check_credentials
from pipeline.storage.files import open_raw
from schemas.errors import UserError
from schemas.layout import join
from schemas.storage.folders import Folder


def remote_folder(
    path: str, beam_arguments: Sequence[str], own_flags: Sequence[str], prog: str
) -> Folder:
    """Lists a remote folder; one that is not there has no files.

    Args:
      path: the folder.
      beam_arguments: what is left for Beam, such as `--s3_endpoint_url`.
      own_flags: the names of the command's own flags.
      prog: the command, for messages.

    Raises:
      UsageError: Beam knows no such flag, or its value is wrong.
      UserError: the folder cannot be listed.
    """
    options = beam_options(beam_arguments, own_flags, prog)
    check_credentials(options, [path])
    FileSystems.set_options(options)
    prefix = join(path, "")
    try:
        found = FileSystems.match([join(path, "**")])[0].metadata_list
    except Exception as error:  # Each remote storage raises errors of its own.
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
