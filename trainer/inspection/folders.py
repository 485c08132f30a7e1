"""Folders to look into, local or remote, of which no copy is made."""

from schemas.storage.folders import Folder, local_folder
from trainer.storage.files import open_remote
from trainer.storage.paths import is_remote, join


def open_folder(path: str, marker: str) -> Folder:
    """Lists a folder.

    Args:
      path: the folder; one that is not there has no files.
      marker: the file that makes its content complete.

    Raises:
      UserError: it cannot be listed, or a file is in its place.
    """
    if not is_remote(path):
        return local_folder(path, marker)
    # Only now: pyarrow takes its time.
    from trainer.storage.file_systems import connect
    from trainer.storage.transfer import list_files

    def read(file: str) -> bytes:
        with open_remote(join(path, file)) as stream:
            return stream.read()

    return Folder(path, list_files(connect(path), path), read)
