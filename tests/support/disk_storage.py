"""A storage of this machine's disk whose paths begin with `disk://`, as gs:// has."""

import contextlib
import os

from apache_beam.io.filesystem import BeamIOError, FileMetadata, MatchResult
from apache_beam.io.localfilesystem import LocalFileSystem

_SCHEME = "disk"
_PREFIX = f"{_SCHEME}://"


class DiskFileSystem(LocalFileSystem):
    """Does what the local one does; Beam finds it by being defined."""

    @classmethod
    def scheme(cls):
        return _SCHEME

    def match(self, patterns, limits=None):
        found = super().match([path.removeprefix(_PREFIX) for path in patterns], limits)
        return [
            MatchResult(
                result.pattern,
                [
                    FileMetadata(f"{_PREFIX}{entry.path}", entry.size_in_bytes)
                    for entry in result.metadata_list
                ],
            )
            for result in found
        ]

    def open(self, path, *args, **kwargs):
        return super().open(path.removeprefix(_PREFIX), *args, **kwargs)

    def exists(self, path):
        return super().exists(path.removeprefix(_PREFIX))

    def delete(self, paths):
        for path in paths:
            # A bucket takes what is gone for deleted.
            with contextlib.suppress(FileNotFoundError):
                os.remove(path.removeprefix(_PREFIX))

    def copy(self, source_file_names, destination_file_names):
        sources = [path.removeprefix(_PREFIX) for path in source_file_names]
        destinations = [path.removeprefix(_PREFIX) for path in destination_file_names]
        # The local one would remove what is there first.
        if missing := [path for path in sources if not os.path.exists(path)]:
            raise BeamIOError("there is no such file", dict.fromkeys(missing))
        for path in destinations:
            # A bucket has no folders to be made.
            os.makedirs(os.path.dirname(path), exist_ok=True)
        super().copy(sources, destinations)
