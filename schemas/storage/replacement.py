"""How a new output takes the place of an earlier one, so that a kill loses neither.

The entries of a folder can't be exchanged at once, and the folder itself may be a mount
point, a link, or the working folder of whoever reads it. So they are moved, by renames
alone, in an order in which what is left at any moment tells where it stopped:

    .whole/        the new output, with its marker; what is above is the earlier one
    .replacing/    the earlier one on its way out, its marker first
    .replaced/     all of it; what is above is the new one, on its way up

The marker is the file that is written last, such as a data set's manifest. That of the
new output comes up last. A folder without one at its top is no output, so that no
moment shows a mixture. `recover` puts right what a kill has left:
until `.replaced` is there the earlier one comes back, from then on the new one comes
up.
"""

import os
import shutil
from collections.abc import Collection
from pathlib import Path

from schemas.errors import UserError
from schemas.layout import MANIFEST
from schemas.storage.folder_lock import lock_folder

WHOLE = ".whole"
_REPLACING = ".replacing"
_REPLACED = ".replaced"

# What may stand beside an output's own entries after a kill.
LEFT_BEHIND = frozenset({WHOLE, _REPLACING, _REPLACED})


def replace_entries(
    folder: str, staged: str, names: Collection[str], marker: str = MANIFEST
) -> None:
    """Moves a finished output up, and removes the one that was there.

    Whoever calls holds the folder's lock, and has called `recover_locked`.

    Args:
      folder: where it belongs.
      staged: a folder on the same disk, with a marker.
      names: what an output's folder may hold. Where there is no marker, what bears
        one of these names is left from a run that was killed.
      marker: the name of the file that makes an output complete.
    """
    above, whole = Path(folder), Path(folder, WHOLE)
    earlier = sorted(name for name in names if os.path.lexists(above / name))
    if marker not in earlier:
        for name in earlier:
            remove(above / name)
        earlier = []
    os.rename(staged, whole)
    if earlier:
        os.mkdir(above / _REPLACING)
        for name in sorted(earlier, key=marker.__ne__):
            os.rename(above / name, above / _REPLACING / name)
        os.rename(above / _REPLACING, above / _REPLACED)
    _move_up(whole, above, marker)
    _remove_replaced(above, marker)


def recover(folder: str, marker: str = MANIFEST) -> None:
    """Puts right what a run that was killed has left, if it can be.

    Readers may call it, too: it does nothing while a run is at work, on a folder that
    can't be written, and where there is nothing to do.
    """
    if not any(os.path.lexists(Path(folder, name)) for name in LEFT_BEHIND - {WHOLE}):
        return
    try:
        with lock_folder(folder):
            recover_locked(folder, marker)
    except (OSError, UserError):
        return


def recover_locked(folder: str, marker: str = MANIFEST) -> None:
    """Puts right what a run that was killed has left; the caller holds the lock."""
    above = Path(folder)
    if (above / _REPLACING).is_dir():
        _move_up(above / _REPLACING, above, marker)
    elif (
        (above / _REPLACED).is_dir()
        and (above / WHOLE / marker).exists()
        and not (above / marker).exists()
    ):
        _move_up(above / WHOLE, above, marker)
    if (above / marker).exists():
        _remove_replaced(above, marker)


def remove(path: str | os.PathLike[str]) -> None:
    """Removes a file, a link, or a folder with all that it holds, if it is there."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def _move_up(inside: Path, above: Path, marker: str) -> None:
    """Moves all entries of a folder to the one above it, the marker last."""
    for name in sorted(os.listdir(inside), key=lambda name: (name == marker, name)):
        os.rename(inside / name, above / name)
    os.rmdir(inside)


def _remove_replaced(above: Path, marker: str) -> None:
    # Its marker first: what is left of it must never pass for an output.
    remove(above / _REPLACED / marker)
    remove(above / _REPLACED)
