"""Summary → trials: what each user did, one row per minute, service, operation and user.

There are nearly as many as requests, so nothing handles all of them at once: names are categories, and where trials don't
fit into memory, they are read in pieces of some minutes each.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa

from minutebook.columns.categories import find_name, find_names, join_rows, pick_rows, seen_names, to_rows
from minutebook.machine.allocation import keep_no_freed_memory
from minutebook.machine.threads import start_threads
from minutebook.summary import Summary
from minutebook.times.utc import count_minutes, count_us

NAMES = ("service", "operation", "user", "client")
TIMES = ("first_bad", "last_bad", "first_good", "last_good", "longest_at")
#: Changes the rows of a piece: it may drop, add and rename them, minute by minute.
Change = Callable[[pd.DataFrame], pd.DataFrame]
Columns = Sequence[str] | None
Load = Callable[[Columns], pd.DataFrame]
Found = TypeVar("Found")
_FEWEST_ROWS = 250_000  # that are handled together, where there are more
_MANY_PIECES = 16  # in files, beyond which freed memory is returned after each
_RECENT = 2  # pieces from files that are kept for the next time


class Piece(NamedTuple):
    """All trials of some minutes: a frame, or a function that reads some columns of them from a file (None: all)."""

    first: int
    last: int
    rows: pd.DataFrame | Load

    def load(self, columns: Columns = None) -> pd.DataFrame:
        """Its rows, with these columns at least."""
        return self.rows if isinstance(self.rows, pd.DataFrame) else self.rows(columns)

    def change(self, change: Change, needs: Columns) -> Piece:
        """The piece with a change, made on reading where it's in a file; the change ``needs`` these columns."""
        if isinstance(self.rows, pd.DataFrame):
            return self._replace(rows=change(self.rows))
        return self._replace(rows=partial(_load_changed, self.rows, change, needs))

    def split(self) -> list[Piece]:
        """Pieces of fewer minutes, if it's in memory, so that what is computed of each stays small."""
        if not isinstance(self.rows, pd.DataFrame) or len(self.rows) <= _FEWEST_ROWS:
            return [self]
        minute, cuts = self.rows["minute"].to_numpy(), [0]
        while cuts[-1] + _FEWEST_ROWS < len(minute):
            cuts.append(int(np.searchsorted(minute, minute[cuts[-1] + _FEWEST_ROWS], side="right")))
        return [_bound(self.rows.iloc[start:stop]) for start, stop in itertools.pairwise(sorted({*cuts, len(minute)}))]


class Span(NamedTuple):
    """The first and the last event of some trials (µs), and their number of requests."""

    first: int
    last: int
    requests: int

    def join(self, other: Span) -> Span:
        """The span of both."""
        return Span(min(self.first, other.first), max(self.last, other.last), self.requests + other.requests)


class Trials:
    """Trials by minute, in pieces.

    A frame of them has ``minute`` (since 1970), `NAMES` as categories, ``requests, bad``, `TIMES` (µs since 1970, nan:
    none) and ``longest_s``; its rows are ordered by minute, service, operation, user and client.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self.kept: dict[str, Any] = {}  #: results that are asked for again
        self._services: dict[str, Trials] = {}
        self._recent: dict[int, pd.DataFrame] = {}  # place of a piece → its rows

    @classmethod
    def of_summary(cls, summary: Summary) -> Trials:
        """The trials of a Summary, which have a column ``layer`` too."""
        if isinstance(summary.trials, pa.Table):
            return cls([_bound(_to_trials(summary.trials))])
        if len(list(summary.trials)) > _MANY_PIECES:
            keep_no_freed_memory()
        return cls([Piece(p.first, p.last, partial(_load_table, p.load)) for p in summary.trials])

    @classmethod
    def of(cls, frame: Trials | pd.DataFrame) -> Trials:
        """The trials of a frame with datetime64[us, UTC] for minutes and times, and texts for names."""
        if isinstance(frame, Trials):
            return frame
        times = {name: _as_us(frame[name]) for name in TIMES}
        minute = count_minutes(frame["minute"])
        names = {name: frame[name].astype("category") for name in NAMES}
        return cls([_bound(frame.assign(minute=minute, **times, **names).sort_values(["minute", *NAMES]))])

    @property
    def is_stored(self) -> bool:
        """Whether they're in files, not in memory."""
        return not all(isinstance(piece.rows, pd.DataFrame) for piece in self._pieces)

    def rows(self, *columns: str) -> Iterator[pd.DataFrame]:
        """All rows, some minutes at a time, with these columns at least."""
        for piece in self._pieces:
            for part in piece.split():
                yield part.load(columns)

    def map(self, function: Callable[[pd.DataFrame], Found], *columns: str) -> Iterable[Found]:
        """The function's results on all rows, some minutes at a time, on all threads."""
        parts = [part for piece in self._pieces for part in piece.split()]
        if len(parts) == 1:
            return [function(parts[0].load(columns))]
        with start_threads() as pool:
            return list(pool.map(lambda part: function(part.load(columns)), parts))

    def between(self, first: int, last: int) -> pd.DataFrame:
        """The rows of the minutes ``first`` to ``last``, both included, with all columns."""
        return join_rows(list(self.parts_between(first, last)) or [self._load(0)[:0]])

    def parts_between(self, first: int, last: int) -> Iterator[pd.DataFrame]:
        """The same rows, piece by piece."""
        for place, piece in enumerate(self._pieces):
            if piece.first <= last and first <= piece.last:
                yield _cut(self._load(place), first, last)

    def _load(self, place: int) -> pd.DataFrame:
        """A whole piece; recent ones are kept, since neighbouring minutes are often needed next."""
        if place not in self._recent:
            while len(self._recent) >= _RECENT:
                self._recent.pop(next(iter(self._recent)))
            self._recent[place] = self._pieces[place].load()
        return self._recent[place]

    def change(self, change: Change, needs: Columns = None) -> Trials:
        """The trials, changed; the change ``needs`` these columns, or all."""
        return Trials([piece.change(change, needs) for piece in self._pieces])

    def where(self, name: str, is_in: Callable[[str], bool]) -> Trials:
        """The trials whose service, operation … is in; null never is."""
        return self.change(lambda rows: pick_rows(rows, find_names(rows[name], is_in)), (name,))

    def of_service(self, service: str) -> Trials:
        """The trials of one service; the same object each time."""
        if service not in self._services:
            self._services[service] = self.change(partial(_pick_service, service=service), ("service",))
        return self._services[service]

    def names(self, column: str) -> list[str]:
        """The distinct services, operations … in order."""
        return sorted({name for rows in self.rows(column) for name in seen_names(rows[column])})

    def spans(self) -> dict[str, Span]:
        """The span of each service, by name."""
        if "spans" not in self.kept:
            found: dict[str, Span] = {}
            for part in self.map(_find_spans, "service", "requests", *TIMES[:4]):
                for service, span in part.items():
                    found[service] = span.join(found[service]) if service in found else span
            self.kept["spans"] = dict(sorted(found.items()))
        spans: dict[str, Span] = self.kept["spans"]
        return spans

    def add(self, more: pd.DataFrame) -> Trials:
        """The trials with further bad ones added (a frame with ``requests, bad, first_bad, last_bad``), equal keys merged."""
        if not len(more):
            return self
        minute = more["minute"].to_numpy()
        place = np.searchsorted([piece.last for piece in self._pieces[:-1]], minute)
        pieces = []
        for number, piece in enumerate(self._pieces):
            own = more[place == number]
            first, last = (
                (int(own["minute"].min()), int(own["minute"].max())) if len(own) else (piece.first, piece.last)
            )
            is_empty = piece.first > piece.last
            bounds = (first, last) if is_empty else (min(first, piece.first), max(last, piece.last))
            pieces.append(
                piece.change(partial(_add_rows, more=own), None if len(own) else ())._replace(
                    first=bounds[0], last=bounds[1]
                )
            )
        return Trials(pieces)

    def __len__(self) -> int:
        return sum(len(rows) for rows in self.rows("minute"))


def _find_spans(rows: pd.DataFrame) -> dict[str, Span]:
    services = rows["service"].array
    # Of the rows of a minute those of a service are neighbours: there are far fewer runs than rows.
    begins = np.flatnonzero(np.diff(services.codes, prepend=services.codes[:1] - 1))
    codes = services.codes[begins]
    first, last = np.full(len(services.categories), np.inf), np.full(len(services.categories), -np.inf)
    np.minimum.at(first, codes, np.minimum.reduceat(find_first(rows), begins))
    np.maximum.at(last, codes, np.maximum.reduceat(find_last(rows), begins))
    requests = np.bincount(codes, np.add.reduceat(rows["requests"].to_numpy(), begins), len(first))
    seen = np.flatnonzero(np.bincount(codes, minlength=len(first)))
    spans = zip(*(values[seen].astype(np.int64).tolist() for values in (first, last, requests)), strict=True)
    return dict(zip(services.categories[seen], map(Span._make, spans), strict=True))


def _bound(rows: pd.DataFrame) -> Piece:
    """The piece of some rows in memory."""
    minute = rows["minute"]
    return Piece(int(minute.iloc[0]), int(minute.iloc[-1]), rows) if len(minute) else Piece(0, -1, rows)


def _to_trials(table: pa.Table) -> pd.DataFrame:
    rows = to_rows(table)
    if "longest_us" in rows:
        rows["longest_s"] = rows.pop("longest_us") / 1e6
    return rows


def _load_table(load: Callable[[Columns], pa.Table], columns: Columns) -> pd.DataFrame:
    stored = None if columns is None else ["longest_us" if name == "longest_s" else name for name in columns]
    return _to_trials(load(stored))


def _load_changed(load: Load, change: Change, needs: Columns, columns: Columns) -> pd.DataFrame:
    return change(load(None if columns is None or needs is None else (*columns, *needs)))


def _add_rows(rows: pd.DataFrame, *, more: pd.DataFrame) -> pd.DataFrame:
    """The rows with further ones; those with the same minute and names are merged."""
    if not len(more):
        return rows
    keys = ["minute", *NAMES]
    is_touched = rows["minute"].isin(set(more["minute"])).to_numpy()
    touched = rows[is_touched].astype(dict.fromkeys(NAMES, "str"))
    how = {"requests": "sum", "bad": "sum", **dict.fromkeys(("first_bad", "first_good"), "min"),
           **dict.fromkeys(("last_bad", "last_good", "longest_s"), "max"), "longest_at": "first"}  # fmt: skip
    whole = pd.concat([touched, more], ignore_index=True).sort_values("longest_s", ascending=False, kind="stable")
    summed = whole.groupby(keys, dropna=False, sort=True).agg(how).reset_index()
    summed = summed.astype({**dict.fromkeys(NAMES, "str"), **dict.fromkeys(TIMES, "float64")})
    summed = summed.astype(dict.fromkeys(NAMES, "category"))
    return join_rows([rows[~is_touched], summed[list(rows.columns)]], in_order=True).sort_values(
        keys, ignore_index=True
    )


def _cut(rows: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    minute = rows["minute"].to_numpy()
    return rows.iloc[np.searchsorted(minute, first) : np.searchsorted(minute, last, side="right")]


def _pick_service(rows: pd.DataFrame, *, service: str) -> pd.DataFrame:
    """The rows of one service, its categories without the operations of all others."""
    own = pick_rows(rows, find_name(rows["service"], service))
    if own is rows or "operation" not in own or len(own["operation"].cat.categories) < len(own):
        return own
    return own.assign(operation=own["operation"].cat.remove_unused_categories())


def find_who(rows: pd.DataFrame) -> np.ndarray:
    """Who made each trial, as an integer: the user, else the client; -1 where neither is known."""
    user, client = (rows[name].cat.codes.to_numpy().astype(np.int64) for name in ("user", "client"))
    return np.where(user >= 0, user, np.where(client >= 0, client + len(rows["user"].cat.categories), -1))


def find_first(rows: pd.DataFrame) -> np.ndarray:
    """The first event of each trial (µs)."""
    return np.fmin(rows["first_bad"].to_numpy(), rows["first_good"].to_numpy())


def find_last(rows: pd.DataFrame) -> np.ndarray:
    """The last event of each trial (µs)."""
    return np.fmax(rows["last_bad"].to_numpy(), rows["last_good"].to_numpy())


def _as_us(times: pd.Series) -> pd.Series:
    """µs since 1970 as floats, nan for null (exact until the year 2255)."""
    values = count_us(times).astype("float64")
    return values.where(times.notna(), np.nan)
