"""traffic and coverage → rows: first and last requests; sources that fall silent and come back."""

from __future__ import annotations

from functools import cache, partial

import numpy as np

from minutebook.chronology.rows import Row, make_row
from minutebook.sli import Sli
from minutebook.sli.coverage import split_groups
from minutebook.sli.stretches import find_runs
from minutebook.summary import Summary
from minutebook.times.utc import MINUTE_US

#: Of more services, only those with the most requests have rows for their first and last one.
MOST_SERVICES = 200


def tell_traffic(sli: Sli, within: str) -> tuple[list[Row], list[str]]:
    """First and last request of each service ``within`` what was looked at; and a sentence on those left out."""
    if sli.layer == "lines":
        return [], []
    spans = sli.trials.spans()
    told = dict(sorted(spans.items(), key=lambda item: (-item[1][2], item[0]))[:MOST_SERVICES])
    covered = sli.coverage[sli.coverage["state"] != "none"]
    reach = covered.groupby("service", observed=True)["minute"].max()
    rows = []
    for service in sorted(told):
        first, last, total = told[service]
        goes_on = reach.get(service, -1) > last // MINUTE_US
        ending = "requests stop, logging goes on" if goes_on else f"last request in {within}"
        rows += [
            make_row(first, "request", "started", f"first request in {within}", service=service, count=None),
            make_row(last, "request", "stopped", f"{ending}: {total:,} in all", service=service, count=total),
        ]
    left = len(spans) - len(told)
    note = f"When {left:,} further services had their first and last request is left out of the timeline, the quietest ones."
    return rows, [note] if left else []


def tell_coverage(sli: Sli, summary: Summary) -> list[Row]:
    """Groups of sources that fall silent inside the evidence and come back; those that do at the same time share a row.

    A group whose logs name neither service nor host is told by its sources. Where a log goes on without them, they
    logged nothing: then there's no lack of data.
    """
    holes: dict[tuple[int, int, bool], list[str]] = {}
    name_sources = cache(partial(_name_sources, summary))  # a log may fall silent every hour
    minutes_of, events = sli.groups["minute"].to_numpy(), sli.groups["events"].to_numpy()
    is_silent, goes_on = (sli.groups["state"] == "none").to_numpy(), sli.groups["goes_on"].to_numpy(bool)
    for (layer, service, host), own in split_groups(sli.groups):
        minutes, seen = minutes_of[own], np.flatnonzero(events[own])
        for begin, stop in find_runs(is_silent[own]):
            if begin > seen[0] and stop <= seen[-1]:  # the ledger has first and last lines
                is_quiet = bool(goes_on[own][begin:stop].any())
                name = f"{layer} logs of {(is_quiet and service) or host or service or name_sources(layer)}"
                holes.setdefault((int(minutes[begin]), int(minutes[stop]), is_quiet), []).append(name)
    rows = []
    for (begin, stop, is_quiet), names in sorted(holes.items()):
        names = list(dict.fromkeys(names))
        told = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        what, back = ("nothing", "lines") if is_quiet else ("no data", "data")
        where = " in logs that go on" if is_quiet else ""
        rows += [
            make_row(begin * MINUTE_US, "coverage", "silent", f"{what} for {stop - begin} min{where}: {told}",
                 last_time=stop * MINUTE_US, time_error_s=60.0, count=len(names)),
            make_row(stop * MINUTE_US, "coverage", "back", f"{back} again: {told}", time_error_s=60.0, count=len(names)),
        ]  # fmt: skip
    return rows


def _name_sources(summary: Summary, layer: str) -> str:
    """The sources whose lines of a layer name neither a service nor a host."""
    rows = summary.frame("coverage", ["layer", "service", "host", "source"])
    is_nameless = rows["service"].isna() & rows["host"].isna() & rows["layer"].fillna(layer).eq(layer)
    names = sorted(rows.loc[is_nameless, "source"].unique())
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if names[3:] else "") or "all hosts"
