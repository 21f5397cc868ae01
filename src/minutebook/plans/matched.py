"""records that are read alike → the same with other rows, without some of them, or with what a wrapper adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from minutebook.columns.texts import plain_texts
from minutebook.logformats import LogFormat
from minutebook.plans.parts import fill_empty


@dataclass(frozen=True)
class Matched:
    """Records that are read alike: the innermost format's, with all their parts."""

    rows: np.ndarray  #: their first lines
    stop: np.ndarray  #: behind the last line that is known to be theirs
    parts: Mapping[str, pa.Array]
    pattern: np.ndarray
    layouts: tuple[str, ...]
    log_format: LogFormat

    @property
    def lines(self) -> np.ndarray:
        """The rows of all lines that are known to be theirs."""
        if (self.stop == self.rows + 1).all():
            return self.rows
        return np.unique(np.concatenate([np.arange(a, b) for a, b in zip(self.rows, self.stop, strict=True)]))

    def take(self, places: np.ndarray) -> Matched:
        """Those records alone, by their places among these."""
        index = pa.array(places)
        parts = {name: values.take(index) for name, values in self.parts.items()}
        return replace(self, rows=self.rows[places], stop=self.stop[places], parts=parts, pattern=self.pattern[places])

    def moved_to(self, rest: np.ndarray) -> Matched:
        """The same records, read from the ``rest`` of a batch, with rows counted in the whole of it."""
        if len(rest) and rest[0] == 0 and rest[-1] == len(rest) - 1:
            return self
        return replace(self, rows=rest[self.rows], stop=rest[self.stop - 1] + 1)


def find_timeless(matched: Matched) -> np.ndarray:
    """Which JSON records lack the key that has the time: a dialect with another key, or no record at all.

    Of several in one line, one of which has it, all are of its dialect.
    """
    time = matched.parts.get("time")
    if matched.log_format.shape != "json" or time is None or not time.null_count:
        return np.empty(0, np.int64)
    is_timeless = time.is_null().to_numpy(zero_copy_only=False)
    return np.flatnonzero(is_timeless & ~np.isin(matched.rows, matched.rows[~is_timeless]))


def leave_timeless(matched: Matched) -> Matched:
    """The records without those that another dialect may have a time for."""
    timeless = find_timeless(matched)
    return matched.take(np.setdiff1d(np.arange(len(matched.rows)), timeless)) if len(timeless) else matched


def overlay(outer: Matched, inner: Matched, wrapper: LogFormat) -> Matched:
    """An inner record with what its wrapper adds; whose clock counts is the wrapper's to say."""
    around = outer.take(inner.rows)
    known = {name: values for name, values in around.parts.items() if name not in ("message", "time")}
    parts = {name: fill_empty(plain_texts(values), known.get(name)) for name, values in inner.parts.items()}
    parts = {name: plain_texts(values) for name, values in known.items() if name not in parts} | parts
    layouts, pattern = inner.layouts, inner.pattern
    if "time" in around.parts and (wrapper.clock == "outer" or "time" not in inner.parts):
        parts["time"] = around.parts["time"]
        layouts, pattern = around.layouts, around.pattern
    return Matched(around.rows, around.stop, parts, pattern, layouts, inner.log_format)
