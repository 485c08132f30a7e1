"""What a process holds, to tell a leak from memory that is only kept for reuse."""

import ctypes
import gc
import os
import sys
from pathlib import Path
from typing import NamedTuple

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Held(NamedTuple):
    """Memory of this process.

    Attributes:
      allocated: bytes that were asked of the C library's allocator and not given back,
        of all threads. Resident memory follows it only from afar: freed blocks are
        kept, and what is kept depends on which thread came when.
      blocks: small objects of Python, which has an allocator of its own.
      resident: bytes of memory that the system has given, once all pages that are free
        were handed back.
    """

    allocated: int
    blocks: int
    resident: int


class _MallInfo2(ctypes.Structure):
    """`struct mallinfo2` of glibc 2.33 and later."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def can_look() -> bool:
    """Whether this system's C library says what it holds, as glibc since 2.33."""
    return hasattr(ctypes.CDLL(None), "mallinfo2")


def held() -> Held:
    """Looks at this process; for Linux with glibc, as CI's."""
    gc.collect()
    library = ctypes.CDLL(None)
    library.malloc_trim(0)
    library.mallinfo2.restype = _MallInfo2
    info = library.mallinfo2()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return Held(
        # In heaps, and in mappings of their own.
        allocated=info.uordblks + info.hblkhd,
        blocks=sys.getallocatedblocks(),
        resident=pages * _PAGE_BYTES,
    )
