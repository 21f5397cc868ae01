"""records read by one plan → the same with other rows, without some of them, or with what a wrapper adds."""

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
    """Records read by one plan, of its innermost format, with all their parts."""

    rows: np.ndarray  #: their first lines
    stop: np.ndarray  #: behind the last line known to belong to each
    parts: Mapping[str, pa.Array]
    pattern: np.ndarray
    layouts: tuple[str, ...]
    log_format: LogFormat

    @property
    def lines(self) -> np.ndarray:
        """The rows of all lines known to belong to them."""
        if (self.stop == self.rows + 1).all():
            return self.rows
        return np.unique(np.concatenate([np.arange(a, b) for a, b in zip(self.rows, self.stop, strict=True)]))

    def take(self, places: np.ndarray) -> Matched:
        """Some of the records, by their places among these."""
        index = pa.array(places)
        parts = {name: values.take(index) for name, values in self.parts.items()}
        return replace(self, rows=self.rows[places], stop=self.stop[places], parts=parts, pattern=self.pattern[places])

    def moved_to(self, rest: np.ndarray) -> Matched:
        """The records, read from the ``rest`` of a batch, with rows counted in the whole batch."""
        if len(rest) and rest[0] == 0 and rest[-1] == len(rest) - 1:
            return self
        return replace(self, rows=rest[self.rows], stop=rest[self.stop - 1] + 1)


def find_timeless(matched: Matched) -> np.ndarray:
    """Which JSON records lack the key of the time: they are of a dialect with another key, or no records at all.

    Where several share a line and one has it, all are of its dialect.
    """
    time = matched.parts.get("time")
    if matched.log_format.shape != "json" or time is None or not time.null_count:
        return np.empty(0, np.int64)
    is_timeless = time.is_null().to_numpy(zero_copy_only=False)
    return np.flatnonzero(is_timeless & ~np.isin(matched.rows, matched.rows[~is_timeless]))


def leave_timeless(matched: Matched) -> Matched:
    """The records, without those in which another dialect may find a time."""
    timeless = find_timeless(matched)
    return matched.take(np.setdiff1d(np.arange(len(matched.rows)), timeless)) if len(timeless) else matched


def overlay(outer: Matched, inner: Matched, wrapper: LogFormat) -> Matched:
    """The inner records with what their wrapper adds; the wrapper's format says whose stamp counts."""
    around = outer.take(inner.rows)
    known = {name: values for name, values in around.parts.items() if name not in ("message", "time")}
    parts = {name: fill_empty(plain_texts(values), known.get(name)) for name, values in inner.parts.items()}
    parts = {name: plain_texts(values) for name, values in known.items() if name not in parts} | parts
    layouts, pattern = inner.layouts, inner.pattern
    if "time" in around.parts and (wrapper.clock == "outer" or "time" not in inner.parts):
        parts["time"] = around.parts["time"]
        layouts, pattern = around.layouts, around.pattern
    return Matched(around.rows, around.stop, parts, pattern, layouts, inner.log_format)
