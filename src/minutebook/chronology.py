"""Summary → timeline: the rows people read: what changed, in order, with evidence.

Every deploy, change and alert by phase; messages that are new, surge or stop; processes that start or
stop; sources that fall silent; impact from start to end with one row a minute. Rows state facts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from minutebook.coverage import find_coverage, find_grid, find_runs
from minutebook.episodes import Episode, find_episodes
from minutebook.exports import ROUTINE
from minutebook.raw import MORE
from minutebook.sli import Sli
from minutebook.summary import Summary

COLUMNS = (
    "minute", "time", "last_time", "time_error_s", "kind", "phase", "service", "severity", "summary", "count",
    "users", "evidence",
)  # fmt: skip
#: The most rows that messages may take up; the loudest are told, and the ledger says how many were not.
MOST_EPISODES = 60
_MOST_REFERENCES = 12
_MOST_MINUTES = 60  # rows of one window, a minute each where it's shorter

Row = dict[str, Any]


def make_timeline(
    summary: Summary,
    sli: Sli,
    happenings: pd.DataFrame,
    impact: Mapping[str, Any],
    minutes: pd.DataFrame,
    resolutions: Mapping[str, float],
    *,
    every: bool = False,
) -> tuple[pd.DataFrame, list[str]]:
    """The timeline, columns as in `COLUMNS`, and sentences for the ledger on what was left out.

    ``resolutions``: source → its stamps' resolution (s), for ``time_error_s``. With ``every``, each minute
    of each message is a row.
    """
    grid = find_grid(summary.coverage.column("minute").to_numpy())
    notes: list[str] = []
    shown, told_of = (happenings, []) if every else _set_routine_apart(happenings)
    notes += told_of
    rows = [*_tell_happenings(shown), *_tell_impact(impact, minutes, sli)]
    rows += _tell_traffic(sli) + _tell_coverage(summary)
    if every:
        rows += _tell_messages(summary, resolutions)
    else:
        episodes, left_out = find_episodes(summary, grid)
        if left_out:
            notes.append(f"{left_out:,} further messages of warnings and errors are too rare to be told of one by one.")
        told, merged = _join_layers(episodes, summary)
        if len(told) > MOST_EPISODES:
            rank = sorted(told, key=lambda e: (e.level not in ("error", "fatal"), -e.count, e.first))
            notes.append(
                f"{len(told) - MOST_EPISODES} further episodes of messages are left out of the timeline, the smallest"
                " ones; --all gives every minute of every message."
            )
            told = [e for e in told if e in rank[:MOST_EPISODES]]
        rows += [row for episode in told for row in _tell_episode(episode, summary, resolutions)]
        if merged:
            notes.append(
                f"Messages that two layers wrote of the same requests are one row, joined by their ids ({merged})."
            )
    return _make_frame(rows), notes


def _make_frame(rows: Sequence[Row]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["minute", *COLUMNS[1:]])
    for name in ("time", "last_time"):
        values = frame[name].astype("Int64").to_numpy(dtype="float64", na_value=np.nan)
        ints = frame[name].astype("Int64").fillna(0).to_numpy("int64").view("datetime64[us]").copy()
        ints[np.isnan(values)] = np.datetime64("NaT")
        frame[name] = pd.Series(ints).dt.tz_localize("UTC")
    frame["minute"] = frame["time"].dt.floor("min")
    frame["time_error_s"] = frame["time_error_s"].astype("float64")
    for name in ("count", "users"):
        frame[name] = frame[name].astype("Int64")
    for name in ("kind", "phase", "service", "severity", "summary", "evidence"):
        frame[name] = frame[name].astype("str").where(frame[name].notna() & (frame[name] != ""), None)
    order = ["time", "kind", "phase", "service", "summary", "evidence"]
    return frame.sort_values(order, ignore_index=True, na_position="first")


def _row(time: int, kind: str, phase: str, text: str, **more: Any) -> Row:
    return {"time": time, "kind": kind, "phase": phase, "summary": text, **more}


# --- deploys, changes, alerts, notes


def _set_routine_apart(happenings: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """(happenings without what is routine, sentences on how much of it there was)."""
    why = [
        str(_open(text).get(ROUTINE, "")) if isinstance(text, str) and ROUTINE in text else ""
        for text in happenings["fields"]
    ]
    is_routine = np.array([bool(each) for each in why], bool)
    notes = []
    for reason in sorted(set(why) - {""}):
        own = happenings[np.array([each == reason for each in why], bool)]
        notes.append(
            f"{int(own['count'].sum()):,} happenings {reason}, of {len(own):,} kinds, are no rows of the timeline; all are"
            " in happenings, and --all shows them."
        )
    return happenings[~is_routine], notes


def _open(text: str) -> Mapping[str, Any]:
    told = json.loads(text)
    return told if isinstance(told, dict) else {}


def _tell_happenings(happenings: pd.DataFrame) -> list[Row]:
    rows = []
    for row in happenings.itertuples():
        end = row.end if pd.notna(row.end) and str(row.phase) in ("started", "fired", "noted", "") else None
        rows.append(
            _row(_us(row.time), str(row.kind), _text(row.phase), _text(row.message), service=_text(row.service),
                 severity=_text(row.level), last_time=_us(end) if end is not None else None, time_error_s=row.time_error_s,
                 count=int(row.count), evidence=_shorten(row.evidence))
        )  # fmt: skip
    return rows


def _shorten(evidence: str) -> str:
    """The first references in the order of their lines; of thousands, how many more there are."""
    places = [place.rpartition(":") for place in evidence.split("; ")]
    ordered = sorted(places, key=lambda p: (p[0], int(p[2]) if p[2].isdigit() else 0))
    shown = [f"{source}:{line}" for source, _, line in ordered[:_MOST_REFERENCES]]
    left = len(ordered) - len(shown)
    return "; ".join([*shown, f"{MORE} {left:,} more"] if left else shown)


def _us(time: pd.Timestamp) -> int:
    return int(time.as_unit("us").to_datetime64().astype("int64"))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


# --- messages


def _tell_episode(episode: Episode, summary: Summary, resolutions: Mapping[str, float]) -> list[Row]:
    where = f" on {episode.host}" if episode.host else ""
    error_s = resolutions.get(episode.evidence[0].rpartition(":")[0], 0.0) if episode.evidence else 0.0
    shared = {
        "service": episode.service,
        "severity": episode.level,
        "evidence": "; ".join(episode.evidence),
    }
    if episode.phase in ("started", "stopped", "crashed"):
        return [_row(episode.first, "process", episode.phase, f"{episode.message}{where}", count=episode.count,
                     last_time=episode.last, time_error_s=error_s, **shared)]  # fmt: skip
    lead = {"new": "new", "again": "again", "surge": f"surge, {_times(episode)} the usual rate"}[episode.phase]
    first = _row(episode.first, "log", episode.phase, f"{lead}: {episode.message}{where}", count=episode.count,
                 users=_count_users(episode, summary), last_time=episode.last, time_error_s=error_s, **shared)  # fmt: skip
    if not episode.has_ended or episode.last - episode.first < 120_000_000:
        return [first]
    text = f"last of {episode.count:,}: {episode.message}{where}"
    return [first, _row(episode.last, "log", "stopped", text, last_time=episode.last, time_error_s=error_s,
                        **{**shared, "evidence": episode.ending})]  # fmt: skip


def _times(episode: Episode) -> str:
    minutes = max((episode.last - episode.first) / 60e6, 1)
    return f"{episode.count / minutes / episode.usual:.0f} ×" if episode.usual else "×"


def _count_users(episode: Episode, summary: Summary) -> int | None:
    failures = summary.failures
    if not failures.num_rows:
        return None
    frame = failures.select(["template", "time", "user", "client"]).to_pandas()
    own = frame[(frame["template"] == episode.template) & frame["time"].between(episode.first, episode.last)]
    users = own["user"].dropna()
    return int(users.nunique()) if len(users) else None


def _join_layers(episodes: list[Episode], summary: Summary) -> tuple[list[Episode], int]:
    """Episodes at the edge whose requests an inner layer's episode tells too, joined by request ids."""
    failures = summary.failures.select(["template", "layer", "trace", "time"]).to_pandas().dropna(subset=["trace"])
    traces = {template: set(group["trace"]) for template, group in failures.groupby("template")}
    inner = {t for t, group in failures.groupby("template") if set(group["layer"]) <= {"app", "lines"}}
    told, merged = [], 0
    extra: dict[tuple[str, str], list[str]] = {}
    for episode in episodes:
        ids = traces.get(episode.template, set())
        other = next(
            (t for t in sorted(inner) if t != episode.template and ids and episode.template not in inner
             and len(ids & traces[t]) >= 0.95 * len(ids)), None,
        )  # fmt: skip
        partner = next((e for e in episodes if e.template == other), None) if other else None
        if partner is None:
            told.append(episode)
        else:
            merged += 1
            extra.setdefault((partner.template, partner.service), []).extend(episode.evidence)
    return [
        replace(e, evidence=tuple(dict.fromkeys((*e.evidence, *extra.get((e.template, e.service), ())))))
        if e.phase in ("new", "again", "surge") else e
        for e in told
    ], merged  # fmt: skip


def _tell_messages(summary: Summary, resolutions: Mapping[str, float]) -> list[Row]:
    """Every minute of every message."""
    return [
        _row(row.first, "log", "", _text(row.message), service=_text(row.service), severity=_text(row.level),
             last_time=row.last, count=row.count, evidence=f"{row.source}:{row.line}",
             time_error_s=resolutions.get(row.source, 0.0))
        for row in summary.templates.to_pandas().itertuples()
    ]  # fmt: skip


# --- traffic and coverage


def _tell_traffic(sli: Sli) -> list[Row]:
    """First and last request of each service."""
    rows = []
    for service, group in sli.trials.groupby("service", sort=True):
        if sli.layer == "lines":
            continue
        first = int(np.nanmin(group[["first_good", "first_bad"]].to_numpy(float, na_value=np.nan)))
        last = int(np.nanmax(group[["last_good", "last_bad"]].to_numpy(float, na_value=np.nan)))
        total = int(group["requests"].sum())
        covered = sli.coverage[(sli.coverage["service"] == service) & (sli.coverage["state"] != "none")]
        goes_on = len(covered) and int(covered["minute"].max()) > last // 60_000_000
        ending = "requests stop, logging goes on" if goes_on else "last request in the evidence"
        rows.append(
            _row(
                first,
                "request",
                "started",
                "first request in the evidence",
                service=service,
                count=None,
            )
        )
        rows.append(
            _row(
                last,
                "request",
                "stopped",
                f"{ending}: {total:,} in all",
                service=service,
                count=total,
            )
        )
    return rows


def _tell_coverage(summary: Summary) -> list[Row]:
    """Groups of sources that fall silent inside the evidence, and when they come back; at once: in one row."""
    holes: dict[tuple[int, int], list[str]] = {}
    for (layer, service, host), group in find_coverage(summary).groupby(["layer", "service", "host"], sort=True):
        minutes, is_silent = group["minute"].to_numpy(), (group["state"] == "none").to_numpy()
        seen = np.flatnonzero(group["events"].to_numpy())
        for begin, stop in find_runs(is_silent):
            if begin > seen[0] and stop <= seen[-1]:  # before its first and after its last line the ledger tells
                name = f"{layer} logs of {host or service or 'unknown hosts'}"
                holes.setdefault((int(minutes[begin]), int(minutes[stop])), []).append(name)
    rows = []
    for (begin, stop), names in sorted(holes.items()):
        names = list(dict.fromkeys(names))
        told = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        rows += [
            _row(begin * 60_000_000, "coverage", "silent", f"no data for {stop - begin} min: {told}",
                 last_time=stop * 60_000_000, time_error_s=60.0, count=len(names)),
            _row(stop * 60_000_000, "coverage", "back", f"data again: {told}", time_error_s=60.0, count=len(names)),
        ]  # fmt: skip
    return rows


# --- impact


def _tell_impact(impact: Mapping[str, Any], minutes: pd.DataFrame, sli: Sli) -> list[Row]:
    rows: list[Row] = []
    for window in impact.get("windows", []):
        if window["kind"] == "no_evidence":
            continue
        rows += _tell_window(window, minutes, sli)
    return rows


def _tell_window(window: Mapping[str, Any], minutes: pd.DataFrame, sli: Sli) -> list[Row]:
    start, end = (_us(pd.Timestamp(window[key])) for key in ("start", "end"))
    name = {"fail": "failing requests", "slow": "slow requests", "traffic_loss": "loss of traffic"}[window["kind"]]
    where = ", ".join(window["operations"][:3]) or "all operations"
    users = window["users"]
    shared = {"service": window["service"] or "", "severity": "error"}
    failures = sli.failures[sli.failures["time"].between(start, end)]
    inside = minutes[minutes["minute"].between(pd.Timestamp(window["start"]).floor("min"), pd.Timestamp(window["end"]))]
    if window["service"]:
        inside = inside[inside["service"] == window["service"]]
    rows = [
        _row(start, "impact", "started", f"impact starts: {name} ({where})", last_time=end,
             time_error_s=_half_width(window, "start"), evidence=_first_of(failures), **shared),
        _row(end, "impact", "ended",
             f"impact ends: {window['bad']:,} of {window['valid']:,} requests, {_tell_users(users)}",
             time_error_s=_half_width(window, "end"), count=window["bad"], users=users["affected"],
             evidence=_first_of(failures.iloc[::-1]), **shared),
    ]  # fmt: skip
    if window.get("peak_minute"):
        peak = _us(pd.Timestamp(window["peak_minute"]))
        at = inside[inside["minute"] == pd.Timestamp(window["peak_minute"])]
        rows.append(_row(max(peak, start), "impact", "peak", f"peak: {_describe(at, window['kind'])}",
                         count=_count(at, window["kind"]), time_error_s=60.0, **shared))  # fmt: skip
    step = max(1, int(np.ceil((end - start) / 60e6 / _MOST_MINUTES)))
    groups = inside.groupby(inside["minute"].dt.floor(f"{step}min"), sort=True)
    for minute, group in groups:
        rows.append(_row(_us(minute), "impact", "ongoing", _describe(group, window["kind"]),
                         last_time=_us(minute) + step * 60_000_000, count=_count(group, window["kind"]),
                         users=_users(sli, _us(minute), step, window), time_error_s=0.0, **shared))  # fmt: skip
    return rows


def _tell_users(users: Mapping[str, Any]) -> str:
    if users["affected"] is not None:
        return f"{users['affected']:,} users affected"
    clients = users["anonymous_clients"]
    return f"{clients:,} clients affected, no user ids" if clients else "no user ids"


def _half_width(window: Mapping[str, Any], edge: str) -> float:
    """Half of the edge's interval: how far off it can be."""
    earliest, latest = window.get(f"{edge}_earliest"), window.get(f"{edge}_latest")
    if not earliest or not latest:
        return 0.0
    return round((pd.Timestamp(latest) - pd.Timestamp(earliest)).total_seconds() / 2, 3)


def _first_of(failures: pd.DataFrame) -> str:
    if not len(failures):
        return ""
    first = failures.iloc[0]
    return f"{first['source']}:{first['line']}"


def _count(minutes: pd.DataFrame, kind: str) -> int | None:
    column = {"fail": "failed", "slow": "slow"}.get(kind, "requests")
    return int(minutes[column].sum()) if minutes[column].notna().any() else None


def _describe(minutes: pd.DataFrame, kind: str) -> str:
    bad, total = _count(minutes, kind), minutes["requests"].sum()
    if bad is None or not minutes["requests"].notna().any():
        return "no data"
    what = {"fail": "failed", "slow": "were slow"}.get(kind)
    firing = int(minutes["alerts_firing"].max()) if len(minutes) else 0
    alerts = f"; {firing} alert{'s' * (firing != 1)} firing" if firing else ""
    if what is None:
        return f"{total:,} requests{alerts}"
    return f"{bad:,} of {total:,} requests {what} ({bad / max(total, 1):.1%}){alerts}"


def _users(sli: Sli, start: int, step: int, window: Mapping[str, Any]) -> int | None:
    """Users with a bad event in those minutes."""
    trials = sli.trials
    is_in = trials["minute"].between(start // 60_000_000, start // 60_000_000 + step - 1) & (trials["bad"] > 0)
    if window["service"]:
        is_in &= trials["service"] == window["service"]
    users = trials.loc[is_in, "user"].dropna()
    return int(users.nunique()) if len(users) else None
