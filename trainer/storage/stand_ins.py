"""Which local folder stands for a remote name.

Names stay as the user gave them, in options, files and messages; `local` is called
where a file is opened. A command opens stand-ins before its work and closes them
after it (`trainer.storage.copies`, `trainer.storage.mirrors`).
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

from trainer.storage.paths import is_remote


@dataclass
class StandIn:
    """A local folder in place of a remote one.

    Attributes:
      name: the remote folder, without a slash at its end.
      folder: the local one.
      sizes: bytes of each file at the source, by its path in the folder; a copy may
        hold some of the files.
    """

    name: str
    folder: Path
    sizes: dict[str, int] = field(default_factory=dict)

    def publish(self) -> None:
        """Brings what changed to the source; a copy for reading has nothing to do."""


_open: list[StandIn] = []


def add(stand_in: StandIn) -> None:
    """Makes a stand-in known; of several for one name the last is taken."""
    _open.append(stand_in)


def remove(stand_in: StandIn) -> None:
    """Forgets a stand-in."""
    _open.remove(stand_in)


def find(path: str) -> tuple[StandIn, str] | None:
    """Returns the nearest stand-in of a remote path, and what is behind its name."""
    best = None
    for stand_in in _open:
        rest = _behind(path.rstrip("/"), stand_in.name)
        if rest is not None and (best is None or len(rest) <= len(best[1])):
            best = stand_in, rest
    return best


def local(path: str) -> str:
    """Returns where the files of a path are on this machine.

    Raises:
      ValueError: it is remote, and nothing stands for it.
    """
    if not is_remote(path):
        return path
    found = find(path)
    if found is None:
        raise ValueError(f"no local folder stands for {path!r}.")
    stand_in, rest = found
    return str(stand_in.folder / rest)


def name_of(path: str | Path) -> str:
    """Returns what messages call a local path: the remote name that it stands for."""
    text = str(path)
    for stand_in in reversed(_open):
        rest = _behind(text, str(stand_in.folder))
        if rest is not None:
            return f"{stand_in.name}/{rest}".rstrip("/")
    return text


def names_in(folder: str) -> set[str]:
    """Returns the names in a folder, of a remote one those at the source."""
    if not is_remote(folder):
        return set(os.listdir(folder)) if os.path.isdir(folder) else set()
    found = find(folder)
    if found is None:
        raise ValueError(f"no local folder stands for {folder!r}.")
    stand_in, rest = found
    behind = (_behind(path, rest) for path in stand_in.sizes)
    return {path.split("/")[0] for path in behind if path}


def publish(path: str) -> None:
    """Brings what changed in a folder to its remote source; nothing where it is local.

    Raises:
      UserError: the storage refuses or does not answer.
    """
    if is_remote(path) and (found := find(path)):
        found[0].publish()


def _behind(path: str, folder: str) -> str | None:
    """Returns the rest of a path in a folder, empty for the folder, None outside."""
    if path == folder or not folder:
        return path if not folder else ""
    return path[len(folder) + 1 :] if path.startswith(f"{folder}/") else None
