"""episodes of several layers → those that tell of the same requests as one, with the evidence of both.

By the ids of the requests; where a log has none, by what it says: the same answer to the same operation as often, from
the same second to the same one, in a log in front of or behind the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow.compute as pc

from minutebook.chronology.episodes import Episode
from minutebook.summary import Summary

#: Layers whose messages say more about a failure than those of layers in front of them.
_INNER = {"app", "lines"}
_MESSAGES = ("new", "again", "surge")
_APART_US = 2_000_000  # a stamp may be the request's start in one log and its end in the other
_APART_SHARE = 0.02


def join_layers(episodes: list[Episode], summary: Summary) -> tuple[list[Episode], int]:
    """The episodes, those of two layers on the same requests joined; and how many were joined to another one."""
    by_ids, merged = _join_by_ids(episodes, summary)
    told, more = _join_by_words(by_ids, summary)
    return told, merged + more


def _join_by_ids(episodes: list[Episode], summary: Summary) -> tuple[list[Episode], int]:
    """Each episode at the edge is joined to an inner layer's on the same requests."""
    layers = set(pc.unique(summary.failures.column("layer")).to_pylist())
    if layers <= _INNER or not layers & _INNER:
        return episodes, 0
    failures = summary.frame("failures", ["template", "layer", "trace"]).dropna(subset=["trace"])
    traces = {template: set(group["trace"]) for template, group in failures.groupby("template")}
    inner = {t for t, group in failures.groupby("template") if set(group["layer"]) <= _INNER}
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
    return [_add_evidence(e, extra.get((e.template, e.service), ())) for e in told], merged


def _join_by_words(episodes: list[Episode], summary: Summary) -> tuple[list[Episode], int]:
    """Each episode of a log that names no service is joined to its like in another layer of a service."""
    nameless = [each for each in episodes if not each.service and each.phase in _MESSAGES]
    named: dict[str, list[Episode]] = {each.message: [] for each in nameless}
    for each in episodes:
        if each.service and each.phase in _MESSAGES and each.message in named:
            named[each.message].append(each)
    if not any(named.values()):
        return episodes, 0
    layers = _find_layers(summary)
    joined: dict[int, int] = {}
    for each in nameless:
        own = layers.get((each.template, ""), set())
        for other in named[each.message]:
            if own.isdisjoint(layers.get((other.template, other.service), set())) and _is_like(each, other):
                joined[id(each)] = id(other)
                break
    gained: dict[int, list[str]] = {}
    for each in nameless:
        if id(each) in joined:
            gained.setdefault(joined[id(each)], []).extend(each.evidence)
    return [_add_evidence(e, gained.get(id(e), ())) for e in episodes if id(e) not in joined], len(joined)


def _find_layers(summary: Summary) -> Mapping[tuple[str, str], set[str]]:
    """(template, service) → the layers that wrote it, of requests that failed."""
    rows = summary.frame("failures", ["template", "service", "layer"]).dropna(subset=["layer"]).drop_duplicates()
    found: dict[tuple[str, str], set[str]] = {}
    for template, service, layer in rows.astype("str").fillna("").itertuples(index=False):
        found.setdefault((template, service), set()).add(layer)
    return found


def _is_like(one: Episode, other: Episode) -> bool:
    is_near = max(abs(one.first - other.first), abs(one.last - other.last)) <= _APART_US
    return is_near and abs(one.count - other.count) <= _APART_SHARE * max(one.count, other.count)


def _add_evidence(episode: Episode, places: Sequence[str]) -> Episode:
    if episode.phase not in _MESSAGES or not places:
        return episode
    return replace(episode, evidence=tuple(dict.fromkeys((*episode.evidence, *places))))
