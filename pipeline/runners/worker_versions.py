"""Whether workers run the versions that the graph was made with."""

import hashlib
import importlib.metadata
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import apache_beam as beam

import pipeline
import schemas
from schemas.errors import UserError

_T = TypeVar("_T")

# Those that a graph is pickled for, or computes with.
_LIBRARIES = (
    "apache-beam",
    "tensorflow",
    "tensorflow-transform",
    "tfx-bsl",
)


def versions_here() -> dict[str, str]:
    """Returns the versions of this process, by the library's name."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {
        "Python": python,
        **{name: importlib.metadata.version(name) for name in _LIBRARIES},
        "Seamstress's code": _code_digest(),
    }


def _code_digest() -> str:
    """Returns eight digits that change with any line of the code that workers run.

    Steps are pickled by name: an image that was not built anew after a change would
    run the code as it was, without an error.
    """
    digest = hashlib.sha256()
    for package in (pipeline, schemas):
        (folder,) = package.__path__
        for path in sorted(Path(folder).rglob("*.py")):
            digest.update(f"{path.relative_to(folder).as_posix()}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def check_versions() -> beam.ParDo:
    """Returns a step that passes its input on, and fails on other versions.

    An image that a job names may hold anything; the error of a step that was pickled
    for another version tells nothing of the cause.
    """
    return beam.Map(_checked, versions_here())


def _checked(element: _T, launcher: Mapping[str, str]) -> _T:
    worker = versions_here()
    for name, version in launcher.items():
        if worker[name] != version:
            raise UserError(
                f"the workers run {name} {worker[name]}, but the job was submitted "
                f"with {name} {version}; build the workers' image anew, or submit "
                "from it."
            )
    return element
