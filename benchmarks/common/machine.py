"""What a measurement was made on."""

import datetime
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

_LIBRARIES = (
    "tensorflow",
    "keras",
    "numpy",
    "scipy",
    "pyarrow",
    "apache-beam",
    "tensorflow-transform",
)
_UNKNOWN = "unknown"


def describe_machine() -> dict[str, Any]:
    """Returns processor, cores, memory, system and versions, and the date (UTC).

    What cannot be found out is given as `unknown`.
    """
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": _memory_gib(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in _LIBRARIES},
    }


def machine_lines(machine: dict[str, Any]) -> list[str]:
    """Returns `describe_machine()` as lines of a Markdown list."""
    versions = ", ".join(f"{k} {v}" for k, v in machine["libraries"].items())
    return [
        f"- Date: {machine['date']}",
        f"- Machine: {machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_gib']} GiB, {machine['system']}",
        f"- Python {machine['python']}; {versions}",
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or _UNKNOWN
    names = [line for line in lines if line.startswith("model name")]
    return names[0].partition(":")[2].strip() if names else _UNKNOWN


def _memory_gib() -> float | str:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return _UNKNOWN
    return round(size / 2**30, 1)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return _UNKNOWN
