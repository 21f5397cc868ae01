"""deploys, and the versions that logs name → the deploys that brought back what had run before, worded so.

A deploy is a rollback only where the evidence proves it: its version ran in the same service and environment before
the version that it replaces, by an earlier deploy's record or by the versions in the service's own logs. Numbers are
never compared; what isn't proven stays a deploy.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from minutebook.exports import PURPOSE
from minutebook.merging.deploys import is_same_version

_OPENING = "deploy of "
#: A version that logs haven't named for so long, while they name another one, isn't what runs any more.
_GONE = pd.Timedelta(minutes=15)


class Sighting(NamedTuple):
    """A version in a service's logs: the minutes (their starts) in which it was first and last seen."""

    version: str
    minutes: tuple[pd.Timestamp, ...]


class _Start(NamedTuple):
    """A version began to run at some time from ``earliest`` to ``latest``."""

    earliest: pd.Timestamp
    latest: pd.Timestamp
    version: str


def word_rollbacks(happenings: pd.DataFrame, seen: Mapping[str, Sequence[Sighting]] | None = None) -> pd.DataFrame:
    """The happenings; a deploy that is proven to be one reads "rollback of …". Phases stay: a rollback succeeds too.

    ``seen``: service → versions in its logs.
    """
    deploys = [row for row in happenings.to_dict("records") if _is_deploy(row)]
    places: dict[str, set[str]] = {}
    for row in deploys:
        places.setdefault(str(row["service"]), set()).add(_text(row["environment"]))
    begun: dict[tuple[str, str], list[tuple[_Start, str]]] = {}
    known: set[tuple[str, str]] = set()
    for row in sorted(deploys, key=lambda row: (row["time"], str(row["entity"]))):
        version, own = str(row["version"]), (str(row["entity"]), str(row["version"]))
        if own not in known:  # else its end: another deploy may have begun in between
            known.add(own)
            lane = begun.setdefault((str(row["service"]), _text(row["environment"])), [])
            lane.append((_Start(row["time"], row["time"], version), str(row["entity"])))
    back: set[tuple[str, str]] = set()
    for (service, _), starts in begun.items():
        # Which environment's logs they are isn't known where there are several.
        logged = (seen or {}).get(service, ()) if len(places[service]) == 1 else ()
        back |= _find_back(starts, logged)
    return _word(happenings, back) if back else happenings


def _is_deploy(row: Mapping[Any, Any]) -> bool:
    is_known = _text(row["version"]) and _text(row["service"])
    is_run = PURPOSE in (row["fields"] if isinstance(row["fields"], str) else "")
    return (
        str(row["kind"]) == "deploy" and bool(is_known) and not is_run and str(row["phase"]) in ("started", "succeeded")
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _find_back(starts: Sequence[tuple[_Start, str]], logged: Sequence[Sighting]) -> set[tuple[str, str]]:
    """(entity, version) of the deploys of one service and environment that brought back a version."""
    minute = pd.Timedelta(minutes=1)
    first = [_Start(each.minutes[0], each.minutes[0] + minute, each.version) for each in logged]
    back: set[tuple[str, str]] = set()
    for own, entity in starts:
        before = [start for start, _ in starts if start.earliest < own.earliest]
        sighted = [
            each for each in first
            if each.earliest < own.earliest and not any(is_same_version(each.version, other.version) for other in before)
        ]  # fmt: skip
        history = [*before, *sighted]
        if not history:
            continue
        latest = max(each.earliest for each in history)
        current = [each for each in history if each.earliest == latest]
        if any(is_same_version(each.version, own.version) for each in current):
            continue
        ran = [each for each in history if is_same_version(each.version, own.version) and each.latest <= latest]
        if ran and not _is_back_already(own, current[0].version, logged):
            back.add((entity, own.version))
    return back


def _is_back_already(own: _Start, replaced: str, logged: Sequence[Sighting]) -> bool:
    """Whether the logs say that what it replaces had long gone, and its own version ran."""

    def last(version: str) -> pd.Timestamp | None:
        minutes = [
            m for each in logged if is_same_version(each.version, version) for m in each.minutes if m < own.earliest
        ]
        return max(minutes, default=None)

    gone, running = last(replaced), last(own.version)
    return gone is not None and running is not None and running > gone and own.earliest - gone > _GONE


def _word(happenings: pd.DataFrame, back: set[tuple[str, str]]) -> pd.DataFrame:
    told = happenings.copy()
    rows = zip(
        told.index,
        told["kind"].astype("str"),
        told["entity"],
        told["version"],
        told["message"],
        told["fields"],
        strict=True,
    )
    for index, kind, entity, version, message, fields in rows:
        if kind == "deploy" and (entity, version) in back and str(message).startswith(_OPENING):
            told.at[index, "message"] = "rollback of " + str(message)[len(_OPENING) :]
            said = json.loads(fields) if isinstance(fields, str) else {}
            told.at[index, "fields"] = json.dumps({**said, "rollback": True}, sort_keys=True, ensure_ascii=False)
    return told
