"""how this process uses the machine: what is freed is kept for the next block instead of being given back.

Blocks are read, parsed and freed at hundreds of MB/s. By default the C library returns each large array to the
system and asks for it anew, and the system fills it with zeros each time: a third of the time, on every core.
"""

from __future__ import annotations

import ctypes
import gc
import os
from contextlib import suppress

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of mallopt(3)
#: Heaps that threads share: with one each, what one of them has freed is no use to the others.
_HEAPS = 2
_LARGEST, _KEPT = 32 << 20, 256 << 20  # bytes; the former is the most that it takes
_LARGE, _LITTLE = 1 << 20, 16 << 20  # the same where nothing is to be kept
#: Objects that are made between two searches for rings of them that nobody needs. Imports make hundred thousands that
#: all stay, and by default are looked through again and again.
_OBJECTS = 500_000
_is_ours = False  # whether this process keeps what is freed


def keep_freed_memory() -> None:
    """For a process of our own: the command, a worker. Does nothing where the C library isn't GNU's.

    Arrow's own allocator, mimalloc, does so anyway.
    """
    global _is_ours
    _is_ours = True
    gc.set_threshold(_OBJECTS)
    # NumPy's linear algebra would start a thread a core, which wait for work at full speed; there's none for them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGEST)
        library.mallopt(_TRIM_THRESHOLD, _KEPT)
        library.mallopt(_ARENA_MAX, _HEAPS)


def keep_no_freed_memory() -> None:
    """From now on large arrays are given back when they're freed: there are so many that room matters more than time.

    A process that isn't our own, such as a notebook's, never kept them, and stays as it is.
    """
    if not _is_ours:
        return
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_TRIM_THRESHOLD, _LITTLE)


def give_freed_memory_back() -> None:
    """After much was read: what follows needs less of it, and in other sizes."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
