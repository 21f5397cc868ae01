"""a command that has ended → the end of its process, at once.

Python would take a million objects apart first, a quarter of a second in which nobody gets anything. The system takes
back what they held all the same.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable, Iterator
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
            end_s3 = _take_out_s3()
            atexit._run_exitfuncs()
            if _is_delivered():
                os._exit(code)
            atexit.register(end_s3)
        raise


def _take_out_s3() -> Callable[[], object]:
    """What Arrow would do at the end, taken out: it waits until S3 has answered all that was asked, however long that is silent."""
    end: Callable[[], object] = getattr(sys.modules.get("pyarrow.fs"), "ensure_s3_finalized", lambda: None)
    atexit.unregister(end)
    return end


def _is_delivered() -> bool:
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except (OSError, ValueError, AttributeError):
        return False
    return True
