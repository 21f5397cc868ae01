"""a command that has ended → the end of its process, at once.

Python would take a million objects apart first, a quarter of a second in which nobody gets anything. The system takes
back what they held all the same.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ends_at_once() -> Iterator[None]:
    """Where the block ends the process (`SystemExit`), it ends when whoever asked to has cleaned up and all is written.

    It ends as usual where somebody watches (a profiler, a tracer), or what was written can't be delivered.
    """
    try:
        yield
    except SystemExit as end:
        code = end.code or 0
        if isinstance(code, int) and sys.getprofile() is None and sys.gettrace() is None:
            atexit._run_exitfuncs()
            if _is_delivered():
                os._exit(code)
        raise


def _is_delivered() -> bool:
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except (OSError, ValueError, AttributeError):
        return False
    return True
