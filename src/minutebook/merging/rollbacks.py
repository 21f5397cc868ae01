"""deploys, and the versions that logs name → deploys that bring back an earlier version are worded as rollbacks.

A deploy is a rollback only where the evidence proves it: its version ran in the same service and environment before
the version that it replaces, by an earlier deploy's record or by the versions in the service's own logs. Numbers are
never compared; what isn't proven stays a deploy.
"""

from __future__ import annotations

import bisect
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import pandas as pd

from minutebook.exports import PURPOSE
from minutebook.merging.versions import Versions, is_same_version

_Each = TypeVar("_Each")
_OPENING = "deploy of "
#: A version that logs haven't named for so long, while they name another one, no longer runs.
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
    """The happenings, where a proven rollback reads "rollback of …". Its phases stay: a rollback succeeds too.

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
        if own not in known:  # later ones are its end: another deploy may have begun in between
            known.add(own)
            lane = begun.setdefault((str(row["service"]), _text(row["environment"])), [])
            lane.append((_Start(row["time"], row["time"], version), str(row["entity"])))
    back: set[tuple[str, str]] = set()
    for (service, _), starts in begun.items():
        # Where there are several environments, it isn't known which of them wrote the logs.
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
    """(entity, version) of the deploys of one service and environment that brought back a version; they are by time."""
    minute = pd.Timedelta(minutes=1)
    sighted = sorted((_Start(each.minutes[0], each.minutes[0] + minute, each.version) for each in logged), key=_begin)
    runs = _Runs(logged)
    back: set[tuple[str, str]] = set()
    deployed, count, by_time = Versions(), 0, 0
    ran = Versions()  # by the logs
    for own, entity in starts:
        while starts[count][0].earliest < own.earliest:
            deployed.add(starts[count][0].version)
            count += 1
        while by_time < len(sighted) and sighted[by_time].earliest < own.earliest:
            ran.add(sighted[by_time].version)
            by_time += 1
        # Versions that the logs named before, or without, any record of a deploy.
        last_sighted = next((each for each in reversed(sighted[:by_time]) if each.version not in deployed), None)
        history = [*([starts[count - 1][0]] if count else []), *([last_sighted] if last_sighted else [])]
        if not history:
            continue
        latest = max(each.earliest for each in history)
        current = [start.version for start, _ in _at(starts, count, latest, lambda each: each[0].earliest)]
        current += [each.version for each in _at(sighted, by_time, latest, _begin) if each.version not in deployed]
        if any(is_same_version(version, own.version) for version in current):
            continue
        if (own.version in deployed or own.version in ran) and not runs.is_back_already(own, current[0]):
            back.add((entity, own.version))
    return back


def _begin(start: _Start) -> pd.Timestamp:
    return start.earliest


def _at(
    ordered: Sequence[_Each], count: int, instant: pd.Timestamp, begin: Callable[[_Each], pd.Timestamp]
) -> Sequence[_Each]:
    """Those among the first so many that began at an instant."""
    first = bisect.bisect_left(ordered, instant, hi=count, key=begin)
    return ordered[first : bisect.bisect_right(ordered, instant, lo=first, hi=count, key=begin)]


class _Runs:
    """In which minutes logs named which version."""

    def __init__(self, logged: Sequence[Sighting]) -> None:
        self._logged = logged
        self._minutes: dict[str, list[pd.Timestamp]] = {}

    def is_back_already(self, own: _Start, replaced: str) -> bool:
        """Whether the logs show that the version it replaces was long gone, and its own version already ran."""
        gone, running = self._last(replaced, own.earliest), self._last(own.version, own.earliest)
        return gone is not None and running is not None and running > gone and own.earliest - gone > _GONE

    def _last(self, version: str, before: pd.Timestamp) -> pd.Timestamp | None:
        """The last minute before an instant in which it was named."""
        if version not in self._minutes:
            own = (each.minutes for each in self._logged if is_same_version(each.version, version))
            self._minutes[version] = sorted(minute for minutes in own for minute in minutes)
        at = bisect.bisect_left(self._minutes[version], before)
        return self._minutes[version][at - 1] if at else None


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
