"""Sli and happenings → the input of the impact method: what users did, minute by minute, on the layer that is the SLI."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from minutebook.assessment.writers import COLUMNS as WRITERS
from minutebook.columns.categories import pick_rows
from minutebook.exports import why_routine
from minutebook.sli import Sli
from minutebook.sli.trials import Trials
from minutebook.sources.places import name_places
from minutebook.times.utc import MINUTE_US, to_times


@dataclass(frozen=True)
class Traffic:
    """What users did; times are datetime64[us, UTC], ``""`` is an unknown service or operation.

    ``trials``: a row per (minute, service, operation, user, client): ``requests``, ``bad`` (fail channel),
    ``first_bad, last_bad, first_good, last_good``, ``longest_s`` of a good one and its ``longest_at``; few of them may
    be a frame.
    ``latency``: minute, service, operation, ``bucket`` (`summary.latency.bucket_of`), requests (good ones; a row may
    have none).
    ``failures``: each bad event: time, service, operation, status, user, client, trace, host, version, template,
    evidence, count. ``breakdown``: minute, service, operation, status, host, version, requests (all valid ones).
    ``coverage``: minute, service, ``state`` (covered, partly, none), ``alive`` (anything else kept logging).
    ``writers``: a row per ``minute`` (an integer from 1970), service, source, host: events, requests, ``last`` (µs).
    ``happenings``: merged deploys, alerts, changes. ``time_error_s``: resolution of the stamps.
    """

    trials: Trials | pd.DataFrame
    latency: pd.DataFrame
    failures: pd.DataFrame
    breakdown: pd.DataFrame
    coverage: pd.DataFrame
    happenings: pd.DataFrame
    writers: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(WRITERS)))
    time_error_s: float = 0.0
    clock_error_s: Mapping[str, float] = field(default_factory=dict)  #: source → how far its clock may be off
    unknown_clock_s: float = 1.0  #: how far a clock may be off where nothing is known of it
    zoneless: frozenset[str] = frozenset()  #: sources whose stamps lack a zone that nothing tells, taken as UTC
    is_lines: bool = False  #: log lines by level, since there are no requests
    # Frame → service → its rows (None: all), found once for all of the services.
    _places: dict[str, dict[str, np.ndarray | None]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def by_minute(self) -> Traffic:
        """The same traffic, its trials as `Trials`."""
        return replace(self, trials=Trials.of(self.trials))

    @property
    def services(self) -> list[str]:
        """Services that have trials, by name."""
        return Trials.of(self.trials).names("service")

    def of(self, service: str) -> Traffic:
        """The traffic of one service; happenings stay whole."""
        own = {name: self._pick(name, service) for name in ("latency", "failures", "breakdown", "coverage", "writers")}
        return replace(self, trials=Trials.of(self.trials).of_service(service), **own)

    def _pick(self, name: str, service: str) -> pd.DataFrame:
        """The rows of one service in one of the frames."""
        frame = getattr(self, name)
        if name not in self._places:
            names = frame["service"].astype("category").array
            if len(names) and (names.codes == names.codes[0]).all():  # as in most evidence: nothing is to be sorted
                self._places[name] = {names[0]: None}
            else:
                order = np.argsort(names.codes, kind="stable")
                cuts = np.searchsorted(names.codes[order], np.arange(len(names.categories) + 1))
                runs = (order[start:stop] for start, stop in itertools.pairwise(cuts))
                self._places[name] = dict(zip(names.categories, runs, strict=True))
        own = self._places[name].get(service, np.empty(0, np.int64))
        return frame if own is None else frame.iloc[own].reset_index(drop=True)


def make_traffic(
    sli: Sli,
    happenings: pd.DataFrame,
    resolutions: Mapping[str, float],
    clock_error_s: Mapping[str, float] | None = None,
    unknown_clock_s: float = 1.0,
    zoneless: Collection[str] = (),
) -> Traffic:
    """What `measure_impact` takes; by source, ``resolutions`` of its stamps and ``clock_error_s``, both in s.

    Happenings that are routine stay out. ``zoneless`` are sources whose zone is assumed.
    """
    failures = sli.failures.rename(columns={"line": "number"})
    failures["evidence"] = name_places(failures["source"], failures["number"])
    seen = set(failures["source"]) or set(resolutions)
    is_timed = sli.counts["bucket"].to_numpy() >= 0
    is_routine = np.array([bool(why_routine(each)) for each in happenings["fields"]], bool)
    return Traffic(
        trials=sli.trials,
        latency=_with_times(pick_rows(sli.counts, is_timed).rename(columns={"good": "requests"}).drop(columns="bad")),
        failures=_with_times(failures.drop(columns=["number", "source"])),
        breakdown=_with_times(sli.breakdown),
        coverage=_with_times(sli.coverage),
        happenings=happenings[~is_routine],
        writers=sli.writers,
        clock_error_s=dict(clock_error_s or {}),
        unknown_clock_s=unknown_clock_s,
        zoneless=frozenset(zoneless),
        is_lines=sli.layer == "lines",
        time_error_s=max((resolutions.get(source, 0.0) for source in seen), default=0.0),
    )


def _with_times(frame: pd.DataFrame) -> pd.DataFrame:
    if "minute" in frame:
        frame = frame.assign(minute=to_times(frame["minute"].astype("int64") * MINUTE_US))
    if "time" in frame:
        frame = frame.assign(time=to_times(frame["time"]))
    return frame.reset_index(drop=True)
