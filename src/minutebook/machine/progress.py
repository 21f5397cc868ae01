"""bytes as they're read → a bar with rate and time left, for whoever waits longer than two seconds.

It's shown on a terminal (on stderr) and in Jupyter, and nowhere else: a pipe or a log file gets nothing.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

#: Is told how many more bytes have been read.
Tell: TypeAlias = Callable[[int], object]
_DELAY_S = 2.0
_REFRESH_S = 0.1


def ignore(count: int) -> None:
    """Tells nobody."""


@contextmanager
def show_progress(total: int | None, *, delay_s: float = _DELAY_S) -> Iterator[Tell]:
    """Gives what has to be told of each piece read; ``total`` is how many bytes there are, None where nobody knows."""
    if not _is_watched():
        yield ignore
        return
    with warnings.catch_warnings():
        # Without ipywidgets tqdm says so, and draws its bar in text.
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm

        bar = tqdm(
            total=total, desc="reading", unit="B", unit_scale=True, delay=delay_s, leave=False, dynamic_ncols=True,
            file=sys.stderr, mininterval=min(delay_s, _REFRESH_S), miniters=1,
        )  # fmt: skip
    with bar:
        yield bar.update


def _is_watched() -> bool:
    if sys.stderr is not None and sys.stderr.isatty():
        return True
    # Only in a notebook is there an IPython with a kernel; it's imported already.
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return hasattr(shell, "kernel")
