"""The account of a source: what became of each of its lines. It adds up, or it is a defect."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from minutebook.errors import AccountError
from minutebook.settings.limits import Limits
from minutebook.sources import Source
from minutebook.sources.lines import Lines

_EXCERPT = 200  # characters


class Reject(NamedTuple):
    """Lines that became no event: where, why, and how they begin."""

    line: int  #: the place of the first of them, as `places` has it
    why: str
    offset: int  #: where that one begins, in bytes of the unpacked content
    lines: int = 1  #: how many they are; 0 where a record shares its lines with others
    excerpt: str = ""  #: as it stands there: to be redacted before it's shown


def list_rejects(lines: Lines, rows: Sequence[tuple[int, str, int]]) -> list[Reject]:
    """Rejects among lines: (index of the first line, why, how many lines) of each."""
    places = np.array([row for row, _, _ in rows], np.int64)
    texts = lines.text.take(pa.array(places)).to_pylist()
    return [
        Reject(int(place), why, int(lines.offsets[row]), count, cut_excerpt(text))
        for (row, why, count), place, text in zip(rows, lines.places(places), texts, strict=True)
    ]


def cut_excerpt(text: str) -> str:
    """The beginning of a line, as a reject shows it."""
    return text if len(text) <= _EXCERPT else text[:_EXCERPT] + "…"


@dataclass(frozen=True)
class Part:
    """The bytes of a source that were read, where its stamps tell that the rest is out of range."""

    start: int
    stop: int  #: not included
    size: int  #: of the source
    looks: int  #: at how many places stamps were read, all in order
    slack_us: int  #: by how much it's wider than the span that was asked for
    first: int  #: the stamps at both ends of the source (µs)
    last: int

    def covers(self, shift_us: int) -> bool:
        """Whether it would hold the whole span even if the clock were off by that much."""
        return abs(shift_us) <= self.slack_us

    def tell(self) -> str:
        """The sentence for the ledger."""
        return (
            f"read from byte {self.start:,} to {self.stop:,} of {self.size:,}: by the stamps at {self.looks} places, all in"
            " order, the rest is out of range"
        )


@dataclass
class Account:
    """What became of a source's lines; `check` raises where it doesn't add up."""

    source: Source
    format: str = ""
    score: float = 0.0
    runner_up: str = ""
    status: str = "complete"
    sha256: str = ""
    secret: bytes = field(default=b"", repr=False)  #: see `contents.Reader`; never written
    lines: int = 0  #: counted by the reader, as newlines in bytes
    lines_seen: int = 0  #: counted by the parser, as Arrow offsets
    lines_in_events: int = 0
    skipped: collections.Counter[str] = field(default_factory=collections.Counter)
    rejected: int = 0
    rejects: list[Reject] = field(default_factory=list)  #: the first ones
    most_rejects: int = Limits.rejects  #: how many are kept with their place and reason; all are counted
    is_mixed: bool = False  #: further formats were looked for in some of its blocks
    long_lines: int = 0  #: of which only the beginning was read
    events: int = 0
    out_of_range: int = 0  #: of these, without copies, before ``since`` or after ``until``
    note: str = ""
    part: Part | None = None  #: the bytes that were read, if not all
    stated: dict[str, str] = field(default_factory=dict)  #: what the caller said of it
    is_log: bool = True  #: not an export of deploys, alerts or notes
    first: int = 0  #: its earliest and latest stamp, as stated (µs since 1970)
    last: int = 0
    year_guess: str = ""  #: for stamps without a year: the one assumed, and why
    day_guess: str = ""  #: for stamps with a time of day alone: the day assumed, and why
    #: day and time of day of the last such stamp of a block, see `days`
    day_after: tuple[int, int | None] | None = None
    units: dict[str, str] = field(default_factory=dict)  #: key of durations that states no unit → the unit assumed
    likely_user: str = ""  #: a key that looks like its users', where it names none
    resolution_s: float = 0.0  #: of its stamps, or most of them
    resolutions: collections.Counter[float] = field(default_factory=collections.Counter)  #: how many stamps have which
    #: its stamps have neither a year (or day) nor a zone; their time_quality names only the former
    lacks_zone: bool = False
    zone_beside: str = ""  #: of its stamps without a zone, by those beside them that state one
    stated_offset: str = ""  #: the offset that its first stamp states, such as +0100
    qualities: collections.Counter[str] = field(default_factory=collections.Counter)

    @property
    def is_zoneless(self) -> bool:
        """Whether its stamps lack a zone, so that it has to be found."""
        return self.lacks_zone or self.qualities["zone_assumed"] + self.qualities["ambiguous"] > 0

    @property
    def skipped_lines(self) -> int:
        """Lines that are no part of an event for a stated reason."""
        return sum(self.skipped.values())

    def check(self) -> None:
        """Raise `AccountError` unless every line is accounted for, in both counts."""
        told = self.lines_in_events + self.skipped_lines + self.rejected
        if not self.lines == self.lines_seen == told:
            raise AccountError(
                f"{self.lines} lines by bytes, {self.lines_seen} by the parser, {told} accounted for",
                where=self.source.name,
                do="please report this: it's a defect of minutebook",
            )

    def keep_rejects(self, rejects: Iterable[Reject]) -> None:
        """Add rejects to those that are told, the first ones by line."""
        self.rejects = sorted([*self.rejects, *rejects])[: self.most_rejects]

    def add(self, part: Account) -> None:
        """The account of a further block of the same source."""
        self.lines_seen += part.lines_seen
        self.lines_in_events += part.lines_in_events
        self.skipped.update(part.skipped)
        self.rejected += part.rejected
        self.keep_rejects(part.rejects)
        self.events += part.events
        self.long_lines += part.long_lines
        self.is_mixed |= part.is_mixed
        self.lacks_zone |= part.lacks_zone
        self.qualities.update(part.qualities)
        self.resolutions += part.resolutions or collections.Counter(
            {part.resolution_s: part.events} if part.resolution_s else {}
        )
        # Few of its stamps may be finer, as in a log that another program writes to.
        self.resolution_s = max(self.resolutions, key=lambda each: (self.resolutions[each], each), default=0.0)
        self.stated_offset = self.stated_offset or part.stated_offset
        if part.events:
            self.first = min(self.first or part.first, part.first)
            self.last = max(self.last, part.last)
