"""Manifests and descriptions that agree with files which a test has changed."""

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from tensorflow.core.protobuf import saved_model_pb2

from schemas import layout
from schemas.digests import of_stream, sealed, unsealed
from schemas.exported_model import description_path
from schemas.graph_digest import FINGERPRINT_FILE, GRAPH_FILE, graph_digest

_READ = (*layout.SPLIT_FOLDERS, layout.TRANSFORM_FN, layout.ITEM_TABLE)


def file_digests(folder: Path, parts: Collection[str] = _READ) -> dict[str, str]:
    """Returns the digests of files, by path in `folder`.

    Args:
      folder: a data set, or any other.
      parts: which of its entries; those of a data set that a trainer reads.
    """
    digests = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and name.parts[0] in parts:
            with open(path, "rb") as stream:
                digests[str(name)] = of_stream(stream)
    return digests


def data_set_digests(folder: Path) -> dict[str, str]:
    """Returns what the manifest of a data set has as `digests`."""
    digests = file_digests(folder)
    digests.pop(f"{layout.TRANSFORM_FN}/{FINGERPRINT_FILE}", None)
    path = f"{layout.TRANSFORM_FN}/{GRAPH_FILE}"
    if path in digests:
        data = (folder / path).read_bytes()
        digests[path] = graph_digest(saved_model_pb2.SavedModel.FromString(data))
    return digests


def edit_sealed(path: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Edits a JSON file as one would who makes its digest anew."""
    value = unsealed(json.loads(path.read_text()))
    edit(value)
    path.write_text(json.dumps(sealed(value)))


def edit_manifest(folder: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Edits the manifest of a data set, and its digest."""
    edit_sealed(folder / layout.MANIFEST, edit)


def accept_files(folder: Path) -> None:
    """Makes the manifest's digests those of the files as they are."""
    edit_manifest(folder, lambda value: value.update(digests=data_set_digests(folder)))


def accept_export(folder: Path) -> None:
    """Makes the digests of an export those of its files as they are."""
    path = Path(description_path(str(folder)))
    digests = file_digests(folder, {entry.name for entry in folder.iterdir()})
    del digests[path.relative_to(folder).as_posix()]
    edit_sealed(path, lambda value: value.update(digests=digests))
