"""two books of one incident → row by row what differs, and why: a source, a clock, a setting, the version of minutebook.

A row's reason is what changed about the sources that are its evidence; where that's nothing, or it names none, it is
whatever changed at all. If nothing did, the row says so: then somebody edited a book.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any, TypeAlias

import pandas as pd

from minutebook.book import NAMING_KINDS, load_book
from minutebook.outputs.bookish import Bookish
from minutebook.raw import MORE

Place: TypeAlias = str | PathLike[str]
Row: TypeAlias = Mapping[str, Any]
#: Columns of a comparison; times of the row as it is now, or was where it's gone.
COLUMNS = ("change", "time", "kind", "phase", "service", "summary", "what", "before", "after", "why")
UNEXPLAINED = "no source, setting or version differs: one of the books was edited"
_COMPARED = ("time", "last_time", "severity", "summary", "count", "users", "evidence")
_NEAR = pd.Timedelta(minutes=30)
_OF_SOURCE = ("format", "zone", "clock_offset_s", "clock_applied", "status", "stream")
_OF_WINDOW = ("start", "end", "valid", "bad", "user_minutes", "lost_requests")


@dataclass(frozen=True)
class Reasons:
    """Why two books differ: sentences by source, and those that concern everything."""

    by_source: Mapping[str, str]
    overall: tuple[str, ...]

    def explain(self, evidence: Sequence[object]) -> str:
        """Why rows with this evidence differ."""
        named = {name for text in evidence for name in _list_sources(text)}
        told = [self.by_source[name] for name in sorted(named) if name in self.by_source]
        return "; ".join([*(told or self.by_source.values()), *self.overall]) or UNEXPLAINED


def diff(before: Bookish | Place, after: Bookish | Place) -> pd.DataFrame:
    """What differs between two books or their folders, a row a change; ``attrs["reasons"]`` lists why, whatever it moved.

    Changes are ``added``, ``removed`` and ``changed``; ``summary`` is the row's, or says whose a figure is; of a changed row ``what`` names the column, or the figure of the
    impact. Rows are the same where all but their evidence's order is; else they're matched by kind, phase, service and
    summary but for its numbers, the nearest first, at most 30 minutes apart. Raises `EvidenceError` where a folder
    holds no whole book.
    """
    before, after = (load_book(each) if isinstance(each, str | PathLike) else each for each in (before, after))
    reasons = find_reasons(before.ledger, after.ledger)
    rows = [
        *_compare_timelines(before.timeline, after.timeline, reasons),
        *_compare_impact(before.impact, after.impact, reasons),
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame.attrs["reasons"] = [*reasons.by_source.values(), *reasons.overall]
    return frame


def find_reasons(before: Mapping[str, Any], after: Mapping[str, Any]) -> Reasons:
    """What differs between two ledgers: sources, how they were read, settings, the version."""
    old, new = ({source["source"]: source for source in ledger["sources"]} for ledger in (before, after))
    by_source = {name: f"{name} was added" for name in new if name not in old}
    by_source |= {name: f"{name} was taken out" for name in old if name not in new}
    for name in sorted(old.keys() & new.keys()):
        told = list(_tell_source(old[name], new[name]))
        if told:
            by_source[name] = f"{name}: {', '.join(told)}"
    made = [ledger.get("made_by") or {} for ledger in (before, after)]
    settings = [_flatten(each.get("settings") or {}) for each in made]
    # Another key gives other pseudonyms, which follows from other evidence.
    keys = sorted((settings[0].keys() | settings[1].keys()) - ({"key"} if by_source else set()))
    overall = [
        f"{key}: {_show(settings[0].get(key))} → {_show(settings[1].get(key))}"
        for key in keys
        if settings[0].get(key) != settings[1].get(key)
    ]
    versions = [each.get("minutebook") for each in made]
    if versions[0] != versions[1]:
        overall.append(f"minutebook {_show(versions[0])} → {_show(versions[1])}")
    return Reasons(by_source, tuple(overall))


def _tell_source(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old.get("sha256") != new.get("sha256"):
        lines = f" ({old['lines']:,} → {new['lines']:,} lines)" if old.get("lines") != new.get("lines") else ""
        yield f"other content{lines}"
    for key in _OF_SOURCE:
        if old.get(key) != new.get(key):
            yield f"{key.replace('_', ' ')} {_show(old.get(key))} → {_show(new.get(key))}"


def _compare_timelines(old: pd.DataFrame, new: pd.DataFrame, reasons: Reasons) -> Iterator[tuple[Any, ...]]:
    left, right = _drop_same(old, new)
    pairs = _match(left, right)
    paired = {second for _, second in pairs}
    found: list[tuple[Any, Row | None, Row | None]] = [
        (right[second]["time"], left[first], right[second]) for first, second in pairs
    ]
    first_of = {first for first, _ in pairs}
    found += [(row["time"], row, None) for at, row in enumerate(left) if at not in first_of]
    found += [(row["time"], None, row) for at, row in enumerate(right) if at not in paired]
    for time, was, now in sorted(found, key=lambda each: (each[0], str((each[2] or each[1] or {})["summary"]))):
        row = now or was or {}
        told = (time, row["kind"], row["phase"], row["service"], row["summary"])
        why = reasons.explain([each["evidence"] for each in (was, now) if each])
        if was is None or now is None:
            yield ("added" if was is None else "removed", *told, "row", "", "", why)
            continue
        for name in _COMPARED:
            if not _is_same(was[name], now[name]):
                yield ("changed", *told, name, _show(was[name]), _show(now[name]), why)


def _drop_same(old: pd.DataFrame, new: pd.DataFrame) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows that have no equal in the other timeline."""
    columns = ["kind", "phase", "service", *_COMPARED]
    sides = []
    for frame in (old, new):
        rows = frame[columns].to_dict("records")
        sides.append([({**row, "phase": _text(row["phase"]), "service": _text(row["service"])}) for row in rows])
    taken: dict[str, list[int]] = {}
    for at, row in enumerate(sides[1]):
        taken.setdefault(_fingerprint(row), []).append(at)
    left, gone = [], set()
    for row in sides[0]:
        equal = taken.get(_fingerprint(row))
        if equal:
            gone.add(equal.pop(0))
        else:
            left.append(row)
    return left, [row for at, row in enumerate(sides[1]) if at not in gone]


def _fingerprint(row: Mapping[str, Any]) -> str:
    return repr([_show(row[name]) for name in row])


def _match(left: Sequence[Mapping[str, Any]], right: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """(place in left, place in right) of rows that are one, changed."""
    by_key: dict[tuple[str, ...], list[int]] = {}
    for at, row in enumerate(right):
        by_key.setdefault(_key(row), []).append(at)
    near = sorted(
        (abs(row["time"] - right[other]["time"]), at, other)
        for at, row in enumerate(left)
        for other in by_key.get(_key(row), ())
        if abs(row["time"] - right[other]["time"]) <= _NEAR
    )
    pairs: list[tuple[int, int]] = []
    taken: tuple[set[int], set[int]] = (set(), set())
    for _, first, second in near:
        if first not in taken[0] and second not in taken[1]:
            pairs.append((first, second))
            taken[0].add(first)
            taken[1].add(second)
    return pairs


def _key(row: Mapping[str, Any]) -> tuple[str, ...]:
    # What an alert says of itself may be in one export of it and not in another.
    name = _text(row["summary"]).partition(": ")[0] if row["kind"] in NAMING_KINDS else _text(row["summary"])
    return str(row["kind"]), row["phase"], row["service"], re.sub(r"\d[\d,.]*", "0", name)


# --- impact


def _compare_impact(old: Mapping[str, Any], new: Mapping[str, Any], reasons: Reasons) -> Iterator[tuple[Any, ...]]:
    why = reasons.explain([])
    figures = [
        {k: v for name in ("total", "milestones", "durations") for k, v in (impact.get(name) or {}).items()}
        for impact in (old, new)
    ]
    yield from _compare_figures("impact", "all windows", figures[0], figures[1], why)
    windows = [{_name_window(each, impact): each for each in impact.get("windows") or ()} for impact in (old, new)]
    for name in dict.fromkeys([*windows[0], *windows[1]]):
        was, now = windows[0].get(name), windows[1].get(name)
        if was is None or now is None:
            each = was or now or {}
            told = (pd.Timestamp(each["start"]), "window", each["kind"], each.get("service"), each.get("evidence"))
            yield ("removed" if now is None else "added", *told, "window", "", "", why)
            continue
        values = [{**{key: each.get(key) for key in _OF_WINDOW}, **(each.get("users") or {})} for each in (was, now)]
        yield from _compare_figures("window", name, values[0], values[1], why)


def _name_window(window: Mapping[str, Any], impact: Mapping[str, Any]) -> str:
    """What a window is called in both books: its kind, service and which of those it is."""
    alike = [w for w in impact["windows"] if (w["kind"], w.get("service")) == (window["kind"], window.get("service"))]
    return f"{window['kind']} {window.get('service') or ''} {alike.index(window) + 1}"


def _compare_figures(
    kind: str, of: str, old: Mapping[str, Any], new: Mapping[str, Any], why: str
) -> Iterator[tuple[Any, ...]]:
    for key in dict.fromkeys([*old, *new]):
        if old.get(key) != new.get(key):
            yield "changed", pd.NaT, kind, "", "", of, key, _show(old.get(key)), _show(new.get(key)), why


# --- values


def _list_sources(evidence: object) -> Iterator[str]:
    for part in _text(evidence).split("; "):
        if not part.startswith(MORE) and ":" in part:
            yield part.rpartition(":")[0]


def _is_same(was: Any, now: Any) -> bool:
    return _show(was) == _show(now)


def _show(value: Any) -> str:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value):
        return "none"
    if isinstance(value, pd.Timestamp):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _flatten(value: Any, under: str = "") -> dict[str, Any]:
    """Nested settings as ``sli.bad_statuses`` → value."""
    if isinstance(value, Mapping) and value:
        return {
            key: each
            for name, inner in value.items()
            for key, each in _flatten(inner, f"{under}.{name}" if under else str(name)).items()
        }
    return {under: value}
