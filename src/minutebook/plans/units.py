"""a sample of durations whose key names no unit → the unit that they must have.

`"duration": 1250000000` is Go's nanoseconds, `"latency": 230` of a request milliseconds: as seconds they'd be days. It's
an assumption all the same, and the ledger says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from minutebook.names import normalise

#: Keys that loggers of all languages write, in different units.
_OPEN = frozenset(
    normalise(name)
    for name in ("duration", "elapsed", "latency", "took", "dur", "execution_time", "processing_time", "total_time",
                 "request_duration")
)  # fmt: skip
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,12})?")
#: Whole numbers from here on are nanoseconds: as milliseconds they'd be minutes.
_NANOSECONDS = 1e5
#: A request doesn't usually take so many seconds; whole seconds would mostly be 0 or 1.
_MILLISECONDS, _WHOLE_MILLISECONDS = 5.0, 2.0


def names_no_unit(key: str) -> bool:
    """Whether the last step of a dotted key names a duration, but no unit."""
    return normalise(re.split(r"[.\x1f]", key)[-1]) in _OPEN


def find_unit(texts: Iterable[str | None], *, are_requests: bool) -> str:
    """s, ms or ns, by the median of the plain numbers among the texts; s where nothing speaks against it."""
    numbers = [text for text in texts if text and _NUMBER.fullmatch(text)]
    values = np.array([float(text) for text in numbers])
    values = values[values > 0]
    if not len(values):
        return "s"
    usual, is_whole = float(np.median(values)), not any("." in text for text in numbers)
    if is_whole and usual >= _NANOSECONDS:
        return "ns"
    return "ms" if are_requests and usual >= (_WHOLE_MILLISECONDS if is_whole else _MILLISECONDS) else "s"
