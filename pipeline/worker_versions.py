"""Whether workers run the versions that the graph was made with."""

import functools
import importlib.metadata
import platform
from collections.abc import Mapping
from typing import TypeVar

import apache_beam as beam

from schemas.errors import UserError

_T = TypeVar("_T")

# Those that a graph is pickled for, or computes with.
_LIBRARIES = (
    "seamstress",
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
        **{name: _version(name) for name in _LIBRARIES},
    }


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "(none)"


def check_versions() -> beam.ParDo:
    """Returns a step that passes its input on, and fails on other versions.

    An image that a job names may hold anything; the error of a step that was pickled
    for another version tells nothing of the cause.
    """
    return beam.Map(functools.partial(_checked, launcher=versions_here()))


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
