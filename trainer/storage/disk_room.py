"""Whether a disk has room for a file, asked before a library finds out half-way."""

import shutil
from pathlib import Path

from schemas.errors import UserError
from trainer.storage.stand_ins import name_of

# What file formats add to the values, at most, and what stays free.
_OVERHEAD_BYTES = 1 << 18


def check_room(path: Path, num_bytes: int) -> None:
    """Refuses a file that does not fit on its disk.

    HDF5 writes at the end of the process what it could not write before, and crashes
    there where the disk is still full.

    Args:
      path: the file to write, in a folder that is there.
      num_bytes: of its values.

    Raises:
      UserError: there is no room; what is there stays as it is.
    """
    needed = num_bytes + _OVERHEAD_BYTES
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise UserError(
            f"{name_of(path)} needs {needed:,} bytes, and its disk has {free:,} left; "
            "make room, and run the same command again to go on."
        )
