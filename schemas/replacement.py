"""How a new output takes the place of an earlier one, so that a kill loses neither.

The entries of a folder can't be exchanged at once, and the folder itself may be a mount
point, a link, or the working folder of whoever reads it. So they are moved, by renames
alone, in an order in which what is left at any moment tells where it stopped:

    .whole/        the new output, with its manifest; what is above is the earlier one
    .replacing/    the earlier one on its way out, its manifest first
    .replaced/     all of it; what is above is the new one, on its way up

The manifest of the new one comes up last. A folder without a manifest at its top is no
output, so that no moment shows a mixture. `recover` puts right what a kill has left:
until `.replaced` is there the earlier one comes back, from then on the new one comes
up.
"""

import os
import shutil
from pathlib import Path

from schemas.errors import UserError
from schemas.folder_lock import lock_folder
from schemas.layout import MANIFEST

WHOLE = ".whole"
_REPLACING = ".replacing"
_REPLACED = ".replaced"

# What may stand beside an output's own entries after a kill.
LEFT_BEHIND = frozenset({WHOLE, _REPLACING, _REPLACED})


def replace_entries(folder: str, staged: str, names: frozenset[str]) -> None:
    """Moves a finished output up, and removes the one that was there.

    Whoever calls holds the folder's lock, and has called `recover_locked`.

    Args:
      folder: where it belongs.
      staged: a folder on the same disk, with a manifest.
      names: what an output's folder may hold. Where there is no manifest, what bears
        one of these names is left from a run that was killed.
    """
    above, whole = Path(folder), Path(folder, WHOLE)
    earlier = sorted(name for name in names if os.path.lexists(above / name))
    if MANIFEST not in earlier:
        for name in earlier:
            remove(above / name)
        earlier = []
    os.rename(staged, whole)
    if earlier:
        os.mkdir(above / _REPLACING)
        for name in sorted(earlier, key=MANIFEST.__ne__):
            os.rename(above / name, above / _REPLACING / name)
        os.rename(above / _REPLACING, above / _REPLACED)
    _move_up(whole, above)
    _remove_replaced(above)


def recover(folder: str) -> None:
    """Puts right what a run that was killed has left, if it can be.

    Readers may call it, too: it does nothing while a run is at work, on a folder that
    can't be written, and where there is nothing to do.
    """
    if not any(os.path.lexists(Path(folder, name)) for name in LEFT_BEHIND - {WHOLE}):
        return
    try:
        with lock_folder(folder):
            recover_locked(folder)
    except (OSError, UserError):
        return


def recover_locked(folder: str) -> None:
    """Puts right what a run that was killed has left; the caller holds the lock."""
    above = Path(folder)
    if (above / _REPLACING).is_dir():
        _move_up(above / _REPLACING, above)
    elif (
        (above / _REPLACED).is_dir()
        and (above / WHOLE / MANIFEST).exists()
        and not (above / MANIFEST).exists()
    ):
        _move_up(above / WHOLE, above)
    if (above / MANIFEST).exists():
        _remove_replaced(above)


def remove(path: str | os.PathLike[str]) -> None:
    """Removes a file, a link, or a folder with all that it holds, if it is there."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def _move_up(inside: Path, above: Path) -> None:
    """Moves all entries of a folder to the one above it, the manifest last."""
    for name in sorted(os.listdir(inside), key=lambda name: (name == MANIFEST, name)):
        os.rename(inside / name, above / name)
    os.rmdir(inside)


def _remove_replaced(above: Path) -> None:
    # Its manifest first: what is left of it must never pass for an output.
    remove(above / _REPLACED / MANIFEST)
    remove(above / _REPLACED)
