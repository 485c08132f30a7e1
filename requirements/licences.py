"""Writes docs/licences.md: the licence of every package that a run may install.

Packages are those of the lock files of `local`, `pipeline` and `trainer`; licences are
what the packages say of themselves, as they are installed here. What is locked for
another system, for another Python or for a GPU is not installed, and stands below.

    .venv/bin/python requirements/licences.py
"""

import importlib.metadata
import re
from pathlib import Path

from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
LOCKS = ("local", "pipeline", "trainer")

_OF_NVIDIA = "LicenseRef-NVIDIA-Proprietary"
# Of packages that are not installed with `dev.txt` on Linux, from the metadata of their
# archives; and of those whose metadata names no licence.
SAID_ELSEWHERE = {
    "colorama": "BSD License",
    "namex": "Apache-2.0",
    "nvidia-cublas-cu12": _OF_NVIDIA,
    "nvidia-cuda-cupti-cu12": _OF_NVIDIA,
    "nvidia-cuda-nvcc-cu12": _OF_NVIDIA,
    "nvidia-cuda-nvrtc-cu12": _OF_NVIDIA,
    "nvidia-cuda-runtime-cu12": _OF_NVIDIA,
    "nvidia-cudnn-cu12": "NVIDIA's own terms (the package names none)",
    "nvidia-cufft-cu12": _OF_NVIDIA,
    "nvidia-curand-cu12": _OF_NVIDIA,
    "nvidia-cusolver-cu12": _OF_NVIDIA,
    "nvidia-cusparse-cu12": _OF_NVIDIA,
    "nvidia-nccl-cu12": "NVIDIA's own terms (the package names none)",
    "nvidia-nvjitlink-cu12": _OF_NVIDIA,
    "pywin32-ctypes": "BSD-3-Clause",
    "tzdata": "Apache-2.0",
}
_COPYLEFT = re.compile(r"GPL|MPL|EPL|Mozilla|CDDL", re.IGNORECASE)
_PIN = re.compile(r"([A-Za-z0-9._-]+)==")


def locked_packages() -> dict[str, list[str]]:
    """Returns the lock files that hold each package, by its canonical name."""
    found: dict[str, list[str]] = {}
    for lock in LOCKS:
        for line in (ROOT / "requirements" / f"{lock}.txt").read_text().splitlines():
            if match := _PIN.match(line):
                locks = found.setdefault(canonicalize_name(match[1]), [])
                if lock not in locks:
                    locks.append(lock)
    return dict(sorted(found.items()))


def licence_of(package: str) -> str | None:
    """Returns what an installed package says of itself, None where it says nothing."""
    try:
        metadata = importlib.metadata.metadata(package)
    except importlib.metadata.PackageNotFoundError:
        return None
    if expression := metadata.get("License-Expression"):
        return expression
    classifiers = [
        text.rpartition(" :: ")[2]
        for text in metadata.get_all("Classifier") or ()
        if text.startswith("License :: ")
    ]
    specific = [text for text in classifiers if text != "OSI Approved"]
    if specific:
        return ", ".join(specific)
    said = (metadata.get("License") or "").strip()
    # Some put the whole text there.
    return said if said and "\n" not in said and len(said) < 80 else None


def name_of_licence(package: str) -> str:
    """Returns the licence of a package.

    Raises:
      ValueError: nobody names it.
    """
    licence = SAID_ELSEWHERE.get(package) or licence_of(package)
    if licence is None:
        raise ValueError(f"`SAID_ELSEWHERE` must name the licence of {package}.")
    return licence


def page() -> str:
    """Returns the text of docs/licences.md."""
    rows = {package: name_of_licence(package) for package in locked_packages()}
    copyleft = [name for name, licence in rows.items() if _COPYLEFT.search(licence)]
    lines = [
        "# Licences of what is installed",
        "",
        "Seamstress is under the Apache License 2.0. It installs these packages and "
        "changes",
        "none of them; the list is made by `.venv/bin/python requirements/licences.py` "
        "and",
        "held to the lock files by a test. *In* says which lock files hold a package "
        "([what",
        "they are](../requirements/README.md)).",
        "",
        "Under a licence that asks for the source of changes (copyleft): "
        f"{', '.join(copyleft) or 'none'}.",
        "NVIDIA's packages, of the trainer on a GPU alone, are not open source.",
        "",
        "| package | licence | in |",
        "| --- | --- | --- |",
    ]
    for package, locks in locked_packages().items():
        lines.append(f"| {package} | {rows[package]} | {', '.join(locks)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
