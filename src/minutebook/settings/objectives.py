"""OpenSLO and Sloth files → objectives: the share that must be good, over which span, and what slow is.

Only the objectives are read. The queries in such files are for a metrics store, which isn't here: what is bad and valid
is up to `[sli]`, and ``notes`` say what isn't used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minutebook.errors import MinutebookError
from minutebook.exports.texts.yaml import parse_yaml
from minutebook.machine.namedfiles import read_named
from minutebook.settings.rules.values import read_span_s

_USUAL_PERIOD_S = 30 * 86400.0
_UNITS = {"minute": "m", "hour": "h", "day": "d", "week": "w"}


@dataclass(frozen=True)
class Objective:
    """One objective of one service."""

    name: str
    service: str
    target: float  #: the share of valid events that must be good
    period_s: float
    over_s: float | None  #: slow over this; None: the objective is of failures
    where: str  #: file
    notes: tuple[str, ...]  #: what isn't used, or is assumed


def read_objectives(paths: Sequence[str]) -> list[Objective]:
    """The objectives of OpenSLO (v1, v1alpha) and Sloth files; raises `MinutebookError` for other files."""
    found: list[Objective] = []
    for path in paths:
        try:
            documents = parse_yaml(read_named(path).decode("utf-8"))
        except OSError as error:
            raise MinutebookError(f"can't be read: {error.strerror}", where=path) from error
        except ValueError as error:
            raise MinutebookError(f"not YAML that is understood: {error}", where=path) from error
        own: list[Objective] = []
        for document in documents:
            own += _read_document(document.value, f"{path}:{document.line}")
        if not own:
            raise MinutebookError("no objective in it", where=path, do="name an OpenSLO or a Sloth file")
        found += own
    return found


def _read_document(value: object, where: str) -> Iterator[Objective]:
    document = _table(value)
    version = str(document.get("apiVersion") or document.get("version") or "")
    if version.startswith("openslo/"):
        if document.get("kind") == "SLO":
            yield from _read_openslo(document, where)
    elif version.startswith("sloth.slok.dev/"):
        yield from _read_sloth(_table(document.get("spec")), where)
    elif version.startswith("prometheus/"):
        yield from _read_sloth(document, where)
    else:
        raise MinutebookError(f"neither OpenSLO nor Sloth: version {version!r}", where=where)


def _read_openslo(document: Mapping[str, Any], where: str) -> Iterator[Objective]:
    spec, name = _table(document.get("spec")), str(_table(document.get("metadata")).get("name") or "objective")
    notes = ["its queries aren't asked: bad and valid are as [sli] says"]
    if spec.get("budgetingMethod") not in (None, "Occurrences"):
        notes.append(f"budgetingMethod {spec['budgetingMethod']} isn't supported: events are counted")
    windows = spec.get("timeWindow") or spec.get("timeWindows") or []
    period_s = _read_period(windows[0] if isinstance(windows, list) and windows else windows, notes, where)
    objectives = spec.get("objectives")
    for number, entry in enumerate(objectives if isinstance(objectives, list) else [], 1):
        told, own = _table(entry), list(notes)
        target = told.get(
            "target", None if told.get("targetPercent") is None else _number(told["targetPercent"], where) / 100
        )
        is_latency = told.get("op") in ("lt", "lte") and told.get("value") is not None
        if told.get("op") in ("gt", "gte"):
            own.append(f"op {told['op']} isn't supported: taken as an objective of failures")
        if is_latency:
            own.append("its value is taken as seconds")
        label = name if number == 1 else f"{name} {number}"
        yield _make(label, spec.get("service"), target, period_s, told["value"] if is_latency else None, where, own)


def _read_sloth(spec: Mapping[str, Any], where: str) -> Iterator[Objective]:
    slos = spec.get("slos")
    for entry in slos if isinstance(slos, list) else []:
        told = _table(entry)
        queries = str(told.get("sli") or "")
        limit = re.search(r"""le=~?\\?["']([\d.]+)\\?["']""", queries)
        notes = ["its queries aren't asked: bad and valid are as [sli] says", "Sloth states no period: 30 days"]
        target = _number(told.get("objective"), where) / 100
        yield _make(
            told.get("name"), spec.get("service"), target, _USUAL_PERIOD_S, limit[1] if limit else None, where, notes
        )


def _make(
    name: object, service: object, target: object, period_s: float, over: object, where: str, notes: Sequence[str]
) -> Objective:
    share = round(_number(target, where), 9)
    if not 0 < share < 1:
        raise MinutebookError(f"{name}: the target {share:g} is not between 0 and 1", where=where)
    limit = None if over is None else _number(over, where)
    return Objective(str(name or "objective"), str(service or ""), share, period_s, limit, where, tuple(notes))


def _read_period(window: object, notes: list[str], where: str) -> float:
    told = _table(window)
    if told.get("calendar"):
        notes.append("its calendar isn't used: the period rolls")
    text = told.get("duration")
    if text is None and told.get("count") is not None:
        text = f"{told['count']}{_UNITS.get(str(told.get('unit')).lower(), '?')}"
    if text is None:
        notes.append("it states no period: 30 days")
        return _USUAL_PERIOD_S
    try:
        return read_span_s(str(text))
    except ValueError as error:
        raise MinutebookError(f"timeWindow: {error}", where=where) from error


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: object, where: str) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise MinutebookError(f"no number: {value!r}", where=where) from error
