"""Runs programs in other surroundings: locale, time zone, folder, cores, hash seed."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.programs import ROOT

# Makes the locale of the environment that of the C library, for numbers, dates and
# names of months as well, as a program that holds this one may have done. Python alone
# does so for the encoding of text only.
_IN_LOCALE = """
import locale, runpy, sys
locale.setlocale(locale.LC_ALL, "")
module = sys.argv.pop(1)
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True)
class Surroundings:
    """Where a program runs.

    Attributes:
      environment: variables, in addition to those of the tests.
      folder: the current directory; None: the root of the project.
      cores: how many CPUs the program may use; None: all.
      umask: of new files; None: that of the tests.
      in_locale: whether the C library takes all of the environment's locale.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    cores: int | None = None
    umask: int | None = None
    in_locale: bool = False

    def run(self, module: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Runs `python -m module arguments` there; streams are captured as bytes."""
        command = ["-m", module]
        if self.in_locale:
            command = ["-c", _IN_LOCALE, module]
        inherited = {
            name: value
            for name, value in os.environ.items()
            # Locales of the tests' own; the first is set by tf.Transform's import.
            if name != "TF_USE_LEGACY_KERAS" and not name.startswith(("LC_", "LANG"))
        }
        return subprocess.run(
            [*_on_cores(self.cores), sys.executable, *command, *arguments],
            cwd=self.folder or ROOT,
            env={**inherited, "PYTHONPATH": str(ROOT), **self.environment},
            umask=-1 if self.umask is None else self.umask,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )


def _on_cores(cores: int | None) -> list[str]:
    if cores is None:
        return []
    usable = sorted(os.sched_getaffinity(0))[:cores]
    return ["taskset", "--cpu-list", ",".join(map(str, usable))]


def make_locale(
    folder: Path, name: str, source: str, charset: str
) -> dict[str, str] | None:
    """Makes a locale of the C library.

    Args:
      folder: where locales are kept.
      name: what the locale is called.
      source: its language and country, such as `tr_TR`.
      charset: such as `UTF-8`.

    Returns:
      Variables that choose it; None where this system has no `localedef` or no such
      source.
    """
    define = shutil.which("localedef")
    if define is not None:
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [define, "-i", source, "-f", charset, str(folder / name)],
            capture_output=True,
            check=False,
        )
        if done.returncode == 0:
            return {"LOCPATH": str(folder), "LC_ALL": name}
    return None


def differing(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """Returns the names under which two folders differ."""
    return sorted(
        name for name in one.keys() | other.keys() if one.get(name) != other.get(name)
    )


def local_folders() -> list[str]:
    """Returns folders of this machine that nothing made for another may name."""
    folders = [ROOT, Path.home(), Path(tempfile.gettempdir()), Path(sys.prefix)]
    # The home of a user without one is `/`.
    return [str(folder) for folder in folders if folder != Path("/")]
