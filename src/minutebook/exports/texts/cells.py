"""cells by column name, as a person's table has them → the same by usual names, with whole stamps.

A zone in a name (``Started (UTC)``, ``time_utc``) is moved to the stamps, a day in a column of its own to the times of
day beside it. German names become the English ones, and a job's parameters (``VERSION=3.1 ENV=prod``) cells of their
own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from minutebook.names import normalise

_IN_UTC = re.compile(r"(?P<name>.*\w)(?:\s*\((?:UTC|GMT|Z)\)|[ _](?:UTC|GMT))", re.IGNORECASE)
#: Ends like a time of day without a zone.
_CLOCK = re.compile(r".*[T ]\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?")
_DAYS = ("date", "day")
_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d{4}/\d\d?/\d\d?|\d{8}|\d\d?[./-]\d\d?[./-]\d{2,4}|\d\d? [A-Za-z]{3,9} \d{4}")
_TIMES = frozenset(
    ("time", "at", "when", "start", "starttime", "started", "startedat", "begin", "beginning", "fired", "triggered", "opened",
     "acknowledged", "end", "endtime", "ended", "finished", "finishedat", "finish", "resolved", "closed", "completed")
)  # fmt: skip
_TIME_OF_DAY = re.compile(r"(\d\d?:\d\d(?::\d\d(?:[.,]\d{1,6})?)?(?: ?[AaPp][Mm]|Z| ?[+-]\d\d:?\d\d)?)(?: Uhr)?")
_PARAMETERS = frozenset(("parameters", "params", "parameter"))
_PARAMETER = re.compile(r"(?:^|[\s,;])(\w+)=([^\s,;]+)")
_GERMAN: Mapping[str, str] = {
    "datum": "date", "tag": "date", "uhrzeit": "time", "zeit": "time", "zeitpunkt": "timestamp", "zeitstempel": "timestamp",
    "beginn": "start", "anfang": "start", "gestartet": "started", "ende": "end", "beendet": "finished", "dauer": "duration",
    "dienst": "service", "anwendung": "application", "komponente": "component", "projekt": "project", "umgebung": "environment",
    "ergebnis": "result", "zustand": "state", "bearbeiter": "actor", "durchgeführtvon": "actor", "wer": "who", "benutzer": "user",
    "verantwortlich": "owner", "bemerkung": "remark", "kommentar": "comment", "beschreibung": "description", "notiz": "note",
    "titel": "title", "was": "what", "änderung": "change", "alarm": "alert", "schweregrad": "severity", "priorität": "priority",
    "nummer": "number", "rechner": "host", "behoben": "resolved", "bestätigt": "acknowledged", "ausgelöst": "fired",
}  # fmt: skip
#: Words of both languages, which are German only beside others.
_ENGLISH_TOO = frozenset(("tag", "alarm", "was"))


def name_cells(cells: Mapping[str, str]) -> dict[str, str]:
    """The cells by usual names; where two cells would have one name, the first keeps it."""
    return _join_day(_add_parameters(_translate(_move_zones(cells))))


def _translate(cells: Mapping[str, str]) -> Mapping[str, str]:
    english = {name: _GERMAN[normalise(name)] for name in cells if normalise(name) in _GERMAN}
    if all(normalise(name) in _ENGLISH_TOO for name in english):
        return cells
    named: dict[str, str] = {}
    for name, cell in cells.items():
        named.setdefault(english.get(name, name), cell)
    return named


def _add_parameters(cells: Mapping[str, str]) -> dict[str, str]:
    told = [cell for name, cell in cells.items() if normalise(name) in _PARAMETERS]
    taken = {normalise(name) for name in cells}
    added = {key.lower(): value for cell in told for key, value in _PARAMETER.findall(cell)}
    return {**cells, **{key: value for key, value in added.items() if normalise(key) not in taken}}


def _move_zones(cells: Mapping[str, str]) -> dict[str, str]:
    """The cells under names without the zone; a stamp with a zone of its own keeps that."""
    if not any(_IN_UTC.fullmatch(name) for name in cells):
        return dict(cells)
    moved: dict[str, str] = {}
    for name, cell in cells.items():
        match = _IN_UTC.fullmatch(name)
        key = match["name"] if match and match["name"] not in cells else name
        is_clock = _CLOCK.fullmatch(cell.strip()) or _TIME_OF_DAY.fullmatch(cell.strip())
        moved[key] = f"{cell} UTC" if match and is_clock else cell
    return moved


def _join_day(cells: dict[str, str]) -> dict[str, str]:
    """The cells, where times of day got the day beside them, which then says nothing of its own."""
    day = next((name for name in cells if normalise(name) in _DAYS and _DAY.fullmatch(cells[name])), None)
    clocks = {
        name: clock[1] + (" UTC" if cells[name].endswith(" UTC") else "")
        for name in cells
        if normalise(name) in _TIMES and (clock := _TIME_OF_DAY.fullmatch(cells[name].removesuffix(" UTC")))
    }
    if day is None or not clocks:
        return cells
    whole = {name: f"{cells[day]} {clock}" for name, clock in clocks.items()}
    return {name: whole.get(name, cell) for name, cell in cells.items() if name != day}
