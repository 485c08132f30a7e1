"""An output's folder: what may be there, and how a new one takes its place.

A local output, such as a data set, is written in a folder inside its own, so on the
same disk, and moved up when it is whole; an earlier one stays usable until then. A
remote one, where renaming means copying, is written in place: it counts as complete
once its manifest is there.
"""

import contextlib
import os
import shutil
from dataclasses import dataclass

from apache_beam.io.filesystem import BeamIOError
from apache_beam.io.filesystems import FileSystems

from pipeline.storage import delete_folder, is_remote
from schemas.errors import UsageError, UserError
from schemas.layout import (
    MANIFEST,
    REJECTS,
    SPLIT_FOLDERS,
    TRANSFORM_FN,
    TRANSFORMED_METADATA,
    join,
)

# tf.Transform's scratch space, removed when the run is over.
TRANSFORM_TEMP = "transform_temp"
_PARTIAL = ".partial"


@dataclass(frozen=True)
class Contents:
    """What an output's folder may hold.

    Attributes:
      kind: what the output is, in words.
      entries: files and folders beside the manifest.
    """

    kind: str
    entries: frozenset[str]

    @property
    def all_entries(self) -> frozenset[str]:
        """Also the manifest, and what a run that was stopped leaves."""
        return self.entries | {MANIFEST, f"{MANIFEST}.partial", _PARTIAL}


DATA_SET = Contents(
    "data set",
    frozenset(
        {REJECTS, TRANSFORM_FN, TRANSFORMED_METADATA, TRANSFORM_TEMP, *SPLIT_FOLDERS}
    ),
)


class Output:
    """A folder to be filled."""

    def __init__(
        self, path: str, overwrite: bool, contents: Contents = DATA_SET
    ) -> None:
        """Checks the folder without changing anything.

        Args:
          path: local or remote.
          overwrite: whether a complete output may be replaced.
          contents: what it will hold.

        Raises:
          UserError: there is one, or something else, or no such storage is known.
          UsageError: the path is empty.
        """
        if not path:
            raise UsageError("--output names no folder")
        self._path = path.rstrip("/") or path
        self._contents = contents
        self._is_local = not is_remote(path)
        self._is_new = False
        if self._is_local:
            self._check_local()
        try:
            is_complete = FileSystems.exists(join(self._path, MANIFEST))
        except Exception as error:  # Each remote storage raises errors of its own.
            raise UserError(
                f"cannot look up --output {self._path}: {error}; check the path, and "
                "that you may write there."
            ) from error
        if is_complete and not overwrite:
            raise UserError(
                f"{self._path} already holds a complete {contents.kind}; give "
                "--overwrite to "
                "replace it, or another --output."
            )

    @property
    def folder(self) -> str:
        """Where the run writes."""
        return join(self._path, _PARTIAL) if self._is_local else self._path

    def prepare(self) -> None:
        """Removes what an earlier run left where this one writes.

        Raises:
          UserError: the folder can't be written.
        """
        try:
            if not self._is_local:
                self._remove_remote()
                return
            self._is_new = not os.path.isdir(self._path)
            _remove_local(self.folder)
            os.makedirs(self.folder)
        except (OSError, BeamIOError) as error:
            raise UserError(
                f"cannot write to {self._path}: {error}; choose another --output."
            ) from error

    def complete(self) -> None:
        """Puts the finished output in its place."""
        if not self._is_local:
            return
        _remove_local(join(self.folder, TRANSFORM_TEMP))
        # The manifest goes first and comes last, so that no moment shows a mixture.
        for name in sorted(
            self._contents.all_entries - {_PARTIAL}, key=MANIFEST.__ne__
        ):
            _remove_local(join(self._path, name))
        for name in sorted(os.listdir(self.folder), key=MANIFEST.__eq__):
            os.rename(join(self.folder, name), join(self._path, name))
        os.rmdir(self.folder)

    def abandon(self) -> None:
        """Removes what a failed run wrote, where that costs nothing."""
        if self._is_local:
            shutil.rmtree(self.folder, ignore_errors=True)
            if self._is_new:
                with contextlib.suppress(OSError):
                    os.rmdir(self._path)

    def _check_local(self) -> None:
        if not os.path.lexists(self._path):
            return
        if not os.path.isdir(self._path):
            raise UserError(f"{self._path} is a file; name a folder with --output.")
        foreign = sorted(set(os.listdir(self._path)) - self._contents.all_entries)
        if foreign:
            raise UserError(
                f"{self._path} holds {foreign[0]!r}, which no {self._contents.kind} "
                "does; give "
                "--output a folder of its own, so that nothing of yours is replaced."
            )

    def _remove_remote(self) -> None:
        # The manifest first: without it nothing takes what is left for a data set.
        if FileSystems.exists(join(self._path, MANIFEST)):
            FileSystems.delete([join(self._path, MANIFEST)])
        for entry in sorted(self._contents.all_entries - {MANIFEST}):
            delete_folder(join(self._path, entry))


def _remove_local(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)
