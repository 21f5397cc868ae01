"""two timelines → the rows that were added, removed or changed.

Rows are equal whatever the order of their evidence. Other rows are matched with the nearest in time that has the same
kind, phase, service and summary, ignoring numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd

from minutebook.book import NAMING_KINDS
from minutebook.differences.reasons import Reasons
from minutebook.differences.values import show, text_of

Row: TypeAlias = Mapping[str, Any]
_COMPARED = ("time", "last_time", "severity", "summary", "count", "users", "evidence")
_NEAR = pd.Timedelta(minutes=30)


def compare_timelines(old: pd.DataFrame, new: pd.DataFrame, reasons: Reasons) -> Iterator[tuple[Any, ...]]:
    """A row of `COLUMNS` for each change, in order of time."""
    left, right = _drop_same(old, new)
    pairs = _match(left, right)
    changed_from, changed_to = ({pair[side] for pair in pairs} for side in (0, 1))
    changes: list[tuple[Row | None, Row | None]] = [(left[first], right[second]) for first, second in pairs]
    changes += [(row, None) for at, row in enumerate(left) if at not in changed_from]
    changes += [(None, row) for at, row in enumerate(right) if at not in changed_to]
    for was, now in sorted(changes, key=lambda change: _order(change[1] or change[0] or {})):
        row = now or was or {}
        told = (row["time"], row["kind"], row["phase"], row["service"], row["summary"])
        why = reasons.explain([each["evidence"] for each in (was, now) if each])
        if was is None or now is None:
            yield ("added" if was is None else "removed", *told, "row", "", "", why)
            continue
        for name in _COMPARED:
            if show(was[name]) != show(now[name]):
                yield ("changed", *told, name, show(was[name]), show(now[name]), why)


def _order(row: Row) -> tuple[Any, str]:
    return row["time"], str(row["summary"])


def _drop_same(old: pd.DataFrame, new: pd.DataFrame) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows that have no equal in the other timeline."""
    columns = ["kind", "phase", "service", *_COMPARED]
    sides = []
    for frame in (old, new):
        rows = frame[columns].to_dict("records")
        sides.append([({**row, "phase": text_of(row["phase"]), "service": text_of(row["service"])}) for row in rows])
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
    return repr([show(row[name]) for name in row])


def _match(left: Sequence[Mapping[str, Any]], right: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """(place in left, place in right) of each row that was changed."""
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
    name = text_of(row["summary"]).partition(": ")[0] if row["kind"] in NAMING_KINDS else text_of(row["summary"])
    return str(row["kind"]), row["phase"], row["service"], re.sub(r"\d[\d,.]*", "0", name)
