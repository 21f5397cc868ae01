"""episodes of messages → rows: what is new, surges or stops; processes that start, stop or crash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.chronology.episodes import Episode, find_episodes
from minutebook.chronology.joining import join_layers
from minutebook.chronology.layers import count_once
from minutebook.chronology.rows import Row, make_row, text_of
from minutebook.chronology.words import find_failures
from minutebook.sources.places import name_place
from minutebook.summary import Summary
from minutebook.times.utc import MINUTE_US, to_times

#: Of more episodes only the loudest have rows, and the ledger says how many were left out.
MOST_EPISODES = 60


def pick_episodes(summary: Summary, grid: np.ndarray) -> tuple[list[Episode], list[str]]:
    """The episodes worth a row, with those that two layers have of the same requests joined; and sentences for the ledger
    on what was left out."""
    notes = []
    episodes, left_out = find_episodes(summary, grid)
    if left_out:
        notes.append(f"{left_out:,} further messages of warnings and errors are too rare to be told of one by one.")
    told, merged = join_layers(episodes, summary)
    if len(told) > MOST_EPISODES:
        rank = sorted(told, key=lambda e: (e.level not in ("error", "fatal"), -e.count, e.first))
        notes.append(
            f"{len(told) - MOST_EPISODES} further episodes of messages are left out of the timeline, the smallest"
            " ones; --all gives every minute of every message."
        )
        told = [e for e in told if e in rank[:MOST_EPISODES]]
    if merged:
        notes.append(
            "Messages that two layers wrote of the same requests are one row, joined by their ids, or where a log has none by"
            f" what they say, how often and when ({merged})."
        )
    return told, notes


def tell_episodes(episodes: list[Episode], summary: Summary, resolutions: Mapping[str, float]) -> list[Row]:
    """A row where an episode begins and one where it ends."""
    hits, hosted = _find_hits(episodes, summary), _find_hosted(summary)
    told = [each if each.service in hosted else replace(each, host="") for each in episodes]
    return [row for episode in told for row in _tell_episode(episode, hits, resolutions)]


def _find_hosted(summary: Summary) -> set[str]:
    """The services of several hosts: of those alone it tells something to name the host; "" if there are several in all."""
    places = summary.frame("coverage", ["service", "host"]).dropna(subset=["host"])
    hosts = places.groupby(places["service"].astype("str"), observed=True)["host"].nunique()
    hosts[""] = places["host"].nunique()
    return set(hosts.index[hosts > 1])


def count_messages(episodes: list[Episode], summary: Summary) -> pd.DataFrame:
    """How often each message of an episode was written: ``minute`` (UTC), ``service, level, message, count``.

    Only warnings and failures are counted, even if the same words are also written on success. ``message`` is the first
    one as logged, and stands for all that differ only in numbers and names.
    """
    first: dict[tuple[str, str], Episode] = {}
    for episode in episodes:
        if episode.phase in ("new", "again", "surge"):
            first.setdefault((episode.template, episode.service), episode)
    templates = summary.templates
    own = pc.is_in(templates.column("template"), pa.array(sorted({key[0] for key in first}), pa.string()))
    rows = (
        templates.filter(own)
        .select(["template", "layer", "service", "level", "status", "message", "minute", "count"])
        .to_pandas()
    )
    rows = rows.astype(dict.fromkeys(("template", "service", "level", "message"), "str"))
    rows = rows.fillna(dict.fromkeys(("service", "level", "message"), ""))
    rows = count_once(rows[find_failures(rows)])  # the same words may be written on success
    sums = rows.groupby(["template", "service", "minute"], as_index=False)["count"].sum()
    keys = list(zip(sums["template"], sums["service"], strict=True))
    sums = sums[np.array([key in first for key in keys], bool)]
    told = [first[key] for key in keys if key in first]
    frame = pd.DataFrame(
        {
            "minute": to_times(sums["minute"].astype("int64").reset_index(drop=True) * MINUTE_US),
            "service": pd.Series([each.service for each in told], dtype="str"),
            "level": pd.Series([each.level for each in told], dtype="str"),
            "message": pd.Series([each.message for each in told], dtype="str"),
            "count": sums["count"].to_numpy(np.int64),
        }
    )
    return frame.sort_values(["minute", "service", "message"], ignore_index=True)


def tell_every_message(summary: Summary, resolutions: Mapping[str, float]) -> list[Row]:
    """Every minute of every message."""
    return [
        make_row(row.first, "log", "", text_of(row.message), service=text_of(row.service), severity=text_of(row.level),
             last_time=row.last, count=row.count, evidence=name_place(row.source, row.line),
             time_error_s=resolutions.get(row.source, 0.0))
        for row in summary.frame("templates").itertuples()
    ]  # fmt: skip


def _tell_episode(
    episode: Episode, hits: Mapping[tuple[str, str], pd.DataFrame], resolutions: Mapping[str, float]
) -> list[Row]:
    where = f" on {episode.host}" if episode.host else ""
    error_s = resolutions.get(episode.evidence[0].rpartition(":")[0], 0.0) if episode.evidence else 0.0
    shared = {
        "service": episode.service,
        "severity": episode.level,
        "evidence": "; ".join(episode.evidence),
    }
    if episode.phase in ("started", "stopped", "crashed"):
        return [make_row(episode.first, "process", episode.phase, f"{episode.message}{where}", count=episode.count,
                     last_time=episode.last, time_error_s=error_s, **shared)]  # fmt: skip
    lead = {"new": "new", "again": "again", "surge": f"surge, {_times(episode)} the usual rate"}[episode.phase]
    first = make_row(episode.first, "log", episode.phase, f"{lead}: {episode.message}{where}", count=episode.count,
                 users=_count_users(episode, hits), last_time=episode.last, time_error_s=error_s, **shared)  # fmt: skip
    if not episode.has_ended or episode.last - episode.first < 2 * MINUTE_US:
        return [first]
    text = f"last of {episode.count:,}: {episode.message}{where}"
    return [first, make_row(episode.last, "log", "stopped", text, last_time=episode.last, time_error_s=error_s,
                        **{**shared, "evidence": episode.ending})]  # fmt: skip


def _times(episode: Episode) -> str:
    minutes = max((episode.last - episode.first) / MINUTE_US, 1)
    return f"{episode.count / minutes / episode.usual:,.0f} ×" if episode.usual else "×"


def _find_hits(episodes: list[Episode], summary: Summary) -> dict[tuple[str, str], pd.DataFrame]:
    """(template, service) → when it hit whom (``time, user, count``), where any of its failures names a user."""
    failures = summary.failures
    own = pc.is_in(failures.column("template"), pa.array(sorted({e.template for e in episodes}), pa.string()))
    frame = failures.filter(own).select(["template", "service", "time", "user", "count"]).to_pandas()
    named = frame.astype({"template": "str", "service": "str"}).fillna({"service": ""})
    return {
        (str(template), str(service)): group
        for (template, service), group in named.groupby(["template", "service"])
        if group["user"].notna().any()
    }


def _count_users(episode: Episode, hits: Mapping[tuple[str, str], pd.DataFrame]) -> int | None:
    own = hits.get((episode.template, episode.service))
    if own is None:
        return None
    own = own[own["time"].between(episode.first, episode.last)]
    # Whom the others hit, such as successes that were logged as errors, isn't known.
    return int(own["user"].nunique()) or None if own["count"].sum() >= episode.count else None
