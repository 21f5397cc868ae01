"""a finished command → the end of its process, at once.

Python would free a million objects first, which takes a quarter of a second for nothing: the system takes back their
memory anyway.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def ends_at_once() -> Iterator[None]:
    """Where the block exits (`SystemExit`), end the process as soon as exit handlers have run and all output is written.

    It ends as usual under a profiler or tracer, or if the output can't be delivered.
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
    """Keep Arrow from waiting at exit until S3 has answered every request, however long it's silent."""
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
