"""What an output's folder may hold, so that nothing else is ever deleted there."""

import os
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from schemas.errors import UserError
from schemas.layout import (
    ITEM_TABLE,
    MANIFEST,
    REJECTS,
    SPLIT_FOLDERS,
    TRANSFORM_FN,
    TRANSFORMED_METADATA,
)
from schemas.storage.replacement import LEFT_BEHIND

# Where a run writes until all of it is there.
PARTIAL = ".partial"
# tf.Transform's scratch space, removed when the run is over.
TRANSFORM_TEMP = "transform_temp"

# Beside what a local run had moved up when it was killed there is one of these.
_SIGNS = LEFT_BEHIND | {PARTIAL}


@dataclass(frozen=True)
class Contents:
    """What an output's folder may hold.

    Attributes:
      kind: what the output is, in words.
      entries: files and folders beside the manifest, each with a pattern of the files
        in it, by their paths in the entry; of a file it is empty.
    """

    kind: str
    entries: dict[str, str]

    @property
    def own_entries(self) -> frozenset[str]:
        """Also the manifest."""
        return frozenset({*self.entries, MANIFEST})

    @property
    def all_entries(self) -> frozenset[str]:
        """Also what a run that was stopped leaves."""
        return self.own_entries | LEFT_BEHIND | {PARTIAL}

    def check_folder(self, path: str) -> None:
        """Raises `UserError` where a local folder holds what is not of a run's making.

        Without a manifest, entries under a run's names are a run's only beside the
        traces of one that was killed.
        """
        if not os.path.lexists(path):
            return
        if not os.path.isdir(path):
            raise UserError(f"{path} is a file; name a folder with --output.")
        found = set(os.listdir(path))
        self._refuse(path, found - self.all_entries)
        if MANIFEST not in found and not found & _SIGNS:
            self._refuse(path, found)

    def check_files(self, path: str, names: Collection[str]) -> None:
        """Raises `UserError` where a remote folder holds what is not of a run's making.

        A run writes there in place, and what is left of one that failed is told by the
        names of its files. Files beside an output's own entries are left alone.

        Args:
          path: the folder, without a manifest.
          names: the paths in it of all its files.
        """
        # Empty files that end in a slash mark folders.
        files = {name for name in names if not name.endswith("/")}
        own = {name for name in files if name.partition("/")[0] in self.entries}
        # What the user may have, too, is the run's beside other files of it alone.
        common = {name for name in own if not self.entries[name.partition("/")[0]]}
        known = {name for name in own - common if self._is_named_by_run(name)}
        self._refuse(path, own - known - (common if known else set()))

    def _is_named_by_run(self, name: str) -> bool:
        entry, _, rest = name.partition("/")
        return re.fullmatch(self.entries[entry], rest, re.DOTALL) is not None

    def _refuse(self, path: str, foreign: Iterable[str]) -> None:
        if first := min(foreign, default=""):
            reason = f"which no {self.kind} does"
            if first.partition("/")[0] in self.entries:
                reason = f"but no {MANIFEST}, so no {self.kind}"
            raise UserError(
                f"{path} holds {first!r}, {reason}; give --output a folder of its own, "
                "so that nothing of yours is replaced."
            )


# A number behind it: a try that was stopped.
_RECORDS = r"windows-\d+-of-\d+\.tfrecord\.gz(\..*)?"
REJECTS_FILES = r"rejects-\d+\.jsonl(\..*)?"

DATA_SET = Contents(
    "data set",
    {
        ITEM_TABLE: "",
        REJECTS: REJECTS_FILES,
        TRANSFORM_FN: ".+",
        TRANSFORMED_METADATA: ".+",
        TRANSFORM_TEMP: ".+",
        **dict.fromkeys(SPLIT_FOLDERS, _RECORDS),
    },
)
