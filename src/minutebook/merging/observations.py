"""rows of happenings → observations, and the occurrences that several of them are of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from minutebook.events import PHASES

#: Times within this are one instant: tools round to the second.
SAME_S = 1.0
OPENING = ("pending", "started", "fired", "noted")
_ORDER = {phase: place for place, phase in enumerate(("pending", "started", "fired", "acknowledged"))}


@dataclass(frozen=True, eq=False)
class Observation:
    """One row of one source."""

    row: Mapping[str, Any]
    details: Mapping[str, Any]

    @property
    def time(self) -> pd.Timestamp:
        """When it happened, by this source."""
        return self.row["time"]

    @property
    def end(self) -> pd.Timestamp | None:
        """When it ended, if this source says so."""
        return self.row["end"] if is_known(self.row.get("end")) else None

    @property
    def phase(self) -> str:
        """Where in the lifecycle it is."""
        return str(self.row["phase"])

    @property
    def source(self) -> str:
        """The source's name."""
        return str(self.row["source"])

    @property
    def line(self) -> int:
        """The first line of its record; 0 where there's none."""
        return int(self.row["line"]) if is_known(self.row.get("line")) else 0

    @property
    def place(self) -> str:
        """Where it was read: source:line."""
        return f"{self.source}:{self.line}" if is_known(self.row.get("line")) else self.source

    @property
    def error_s(self) -> float:
        """How far off the time may be: a sampling step, 0 where the record is exact."""
        error = self.details.get("time_error_s", 0.0)
        return float(error) if isinstance(error, int | float) else 0.0

    @property
    def bound_s(self) -> float:
        """How far off the time may be, also for what its stamp leaves out: a minute where it has no seconds."""
        resolution = self.details.get("resolution_s", 0.0)
        return max(self.error_s, float(resolution) if isinstance(resolution, int | float) else 0.0)

    @property
    def is_exact(self) -> bool:
        """Whether the time is that of the event itself, not of a sample or a bound."""
        return self.error_s == 0 and str(self.row.get("time_quality")) != "censored"

    @property
    def labels(self) -> Mapping[str, Any]:
        """The labels that identify an alert, without those of its state."""
        labels = self.details.get("labels")
        if not isinstance(labels, Mapping):
            return {}
        return {str(k): v for k, v in labels.items() if k not in ("alertstate", "__name__")}

    @cached_property
    def order(self) -> tuple[Any, ...]:
        """A total order by content, so that the order of rows doesn't matter."""
        return (
            self.time, _ORDER.get(self.phase, len(PHASES)), str(self.row["kind"]), self.phase, str(self.row["entity"]),
            self.source, self.line, str(self.row["message"]), str(self.end), str(self.row.get("fields")),
        )  # fmt: skip


@dataclass(eq=False)
class Occurrence:
    """One phase of one thing, and all observations of it."""

    seen: list[Observation] = field(default_factory=list)
    end: pd.Timestamp | None = None  #: the end, by all of them together
    count: int = 1  #: firings that it stands for
    last: pd.Timestamp | None = None  #: the last of them
    since: pd.Timestamp | None = None  #: the first of them, where a record of the last one says when that was

    @property
    def phase(self) -> str:
        """Its phase."""
        return self.seen[0].phase

    @property
    def best(self) -> Observation:
        """The observation whose time is kept: the least far off, exact over sampled, the earliest start or the latest end."""
        sign = 1 if self.phase in OPENING or self.phase == "acknowledged" else -1
        return min(self.seen, key=lambda o: (o.bound_s, not o.is_exact, sign * o.time.value, o.order))

    @property
    def time(self) -> pd.Timestamp:
        """When it happened."""
        return self.best.time


def observe(events: pd.DataFrame) -> list[Observation]:
    """The observations of a frame's rows, in their own order; the same row twice is one."""
    found: dict[tuple[Any, ...], Observation] = {}
    for row in events.to_dict("records"):
        try:
            details = json.loads(row["fields"]) if isinstance(row.get("fields"), str) else {}
        except (ValueError, RecursionError):
            details = {}
        clean = {str(name): None if value is pd.NA else value for name, value in row.items()}
        observation = Observation(clean, details if isinstance(details, dict) else {})
        found.setdefault(observation.order, observation)
    return [found[order] for order in sorted(found)]


def cluster(observations: Iterable[Observation], within_s: float) -> list[list[Observation]]:
    """Runs of observations in order, none further than so many seconds from the first of its run."""
    runs: list[list[Observation]] = []
    for each in sorted(observations, key=lambda o: o.order):
        if runs and distance_s(runs[-1][0].time, each.time) <= within_s:
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def distance_s(one: pd.Timestamp, other: pd.Timestamp) -> float:
    """Seconds between two instants."""
    return float(abs((one - other).total_seconds()))


def sources_of(seen: Sequence[Observation]) -> set[str]:
    """The sources that some observations are from."""
    return {each.source for each in seen}


def is_known(value: object) -> bool:
    """Whether a cell holds anything."""
    return value is not None and (isinstance(value, str) or not pd.isna(value))
