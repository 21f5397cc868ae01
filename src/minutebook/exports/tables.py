"""one row of an export and the table in its format → its phases, as rows of event columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from minutebook.exports.formats import Phase
from minutebook.exports.paths import find_all, find_first
from minutebook.exports.rows import PURPOSE, ROUTINE, Context, Row, hash_facts, make_row, text_of
from minutebook.exports.stamps import Stamp, add_ms
from minutebook.exports.wording import is_deploy_word, read_severity, read_state

_LONGEST_SAID = 500  # of a text that says columns


class _Entry(NamedTuple):
    """One row of an export, and what all its phases share."""

    row: object
    facts: Mapping[str, object]
    fields: Mapping[str, object]
    unnamed: str  #: what it's called where no phase names it


def read_table(entry: object, context: Context) -> tuple[list[Row], str]:
    """The phases that the format's table states."""
    form = context.format
    for skip in form.skip:
        if holds(entry, skip.when) and (not skip.unless or not holds(entry, skip.unless)):
            return [], f"no happening: {skip.why}"
    facts = {column: find_first(entry, paths, context.document) for column, paths in form.columns.items()}
    facts |= _read_said(entry, facts, context)
    fields = {name: find_first(entry, path, context.document) for name, path in form.fields.items()}
    fields = {**_tell_purpose(entry, context), **_tell_repeats(entry, context), **fields}
    shared = _Entry(entry, facts, fields, _name_without_key(entry, facts, context))
    rows: list[Row] = []
    for phase in form.phases:
        told = [_read_phase(scope, phase, shared, context) for scope in _scopes(entry, phase)]
        rows += _only_first([row for row in told if row is not None], phase)
    return rows, "" if rows else _why_nothing(entry, context)


def _read_phase(scope: object, phase: Phase, shared: _Entry, context: Context) -> Row | None:
    """The row of a phase, by the part of an entry (``scope``) that states it; None where it doesn't."""
    entry, form = shared.row, context.format
    if not holds(scope, phase.when, entry) or (phase.unless and holds(scope, phase.unless, entry)):
        return None
    start = _read_time(scope, entry, phase, context)
    name = phase.name or read_state(find_first(scope, phase.by, entry), form.kind, form.states) or phase.otherwise
    if start is None or not name:
        return None
    own = {column: find_first(scope, paths, entry) for column, paths in phase.columns.items()}
    fields = {name: find_first(scope, path, entry) for name, path in phase.fields.items()}
    return make_row(
        context,
        {
            **shared.facts,
            **{column: value for column, value in own.items() if value is not None},
            "fields": {**shared.fields, **fields},
        },
        name,
        start._replace(quality=phase.quality) if phase.quality else start,
        end=context.read(find_first(scope, phase.end, entry)) if phase.end else None,
        kind=phase.kind,
        message=phase.say,
        entity=name_entity(scope, entry, phase, context) or shared.unnamed,
    )


def _read_said(entry: object, shared: Mapping[str, object], context: Context) -> dict[str, object]:
    """The columns that only texts of a row say, as the format states; such a text is no detail beside them."""
    told: dict[str, object] = {}
    for path, pattern in context.format.said.items():
        found = find_first(entry, path, context.document)
        said = re.search(pattern, text_of(found)[:_LONGEST_SAID]) if found is not None else None
        if said:
            told |= {column: value for column, value in said.groupdict().items() if not shared.get(column)}
            told |= {"detail": None} if context.format.columns.get("detail") == path else {}
    return told


def _why_nothing(entry: object, context: Context) -> str:
    """Why a row has no phases: without times, or in a state that neither begins nor ends anything; else a bad time."""
    stated = [
        (find_first(scope, path, entry), _read_time(scope, entry, phase, context))
        for phase in context.format.phases
        for scope in _scopes(entry, phase)
        for path in phase.time
    ]
    if any(read for _, read in stated):
        return "no happening: in a state that begins or ends nothing"
    is_said = any(value not in (None, "", 0, "0") and not str(value).startswith("0001-") for value, _ in stated)
    return "has no time that can be read" if is_said else "no happening: it has no times"


def _only_first(told: list[Row], phase: Phase) -> list[Row]:
    """The first of repeated entries by time; later ones get the phase ``later``, if there's one."""
    if not (phase.first or phase.later) or len(told) < 2:
        return told
    told = sorted(told, key=lambda row: str(row["time"]))
    if not phase.later:
        return told[:1]
    return [row if not place else row | {"phase": phase.later, "end": None} for place, row in enumerate(told)]


def name_entity(scope: object, entry: object, phase: Phase, context: Context) -> str:
    """The lifecycle's key: the tool's family and the parts named by the phase, else by the format."""
    form = context.format
    inside, around = (scope, entry) if phase.key else (entry, context.document)
    named = phase.key or form.key
    parts = [find_first(inside, part.rstrip("!").split("|"), around) for part in named]
    if any(part is None and name.endswith("!") for name, part in zip(named, parts, strict=True)):
        return ""
    if all(part is None for part in parts):
        return ""
    told = ["-" if part is None else text_of(part) for part in parts]
    while told[-1] == "-":
        told.pop()
    return "/".join([*([form.family] if form.family else []), *_stated_name(context), *told])


def _name_without_key(entry: object, shared: Mapping[str, object], context: Context) -> str:
    """One name for all phases of a row without a key: what it is, and its first stated instant."""
    if isinstance(shared.get("labels"), Mapping):
        return ""  # its labels name it
    known = {column: text_of(value) for column, value in shared.items() if value is not None}
    first = next((t for p in context.format.phases if not p.each and (t := _read_time(entry, entry, p, context))), None)
    return hash_facts(known, first)


def _stated_name(context: Context) -> list[str]:
    # Where a record doesn't name what it's about, what the caller says is part of the key.
    return [context.defaults[column] for column in ("environment", "service", "name") if column in context.defaults]


def _tell_purpose(entry: object, context: Context) -> dict[str, object]:
    """A pipeline's run counts as a deploy; where its name doesn't say that it deploys, a field notes that."""
    paths = context.format.deploys_by
    is_said = not paths or any(is_deploy_word(find_first(entry, path) or "") for path in paths)
    return {} if is_said else {PURPOSE: "not stated"}


def _tell_repeats(entry: object, context: Context) -> dict[str, object]:
    """Fields that say what the row repeats, and why it's not in the timeline."""
    form = context.format
    level = read_severity(find_first(entry, form.columns.get("severity", [])), form.severities, form.kind)
    named = []
    for path in (each.split("|") for each in form.repeats):
        if (found := find_first(entry, path, context.document)) is None:
            continue
        # Of trouble the same again has other numbers (a process, an address); to scale to 2 and to 4 are two things.
        is_trouble = path == form.columns.get("detail") and level in ("warn", "error", "fatal")
        named.append(re.sub(r"\d+", "#", text_of(found)) if is_trouble else text_of(found))
    why = next(
        (r.why for r in form.routine if holds(entry, r.when) and not (r.unless and holds(entry, r.unless))), None
    )
    return {"repeats": "/".join([form.family, *named]) if named else None, ROUTINE: why}


def _scopes(entry: object, phase: Phase) -> Iterator[object]:
    if not phase.each:
        yield entry
        return
    for path in phase.each:
        found = find_all(entry, path)
        if found:
            yield from found
            return


def _read_time(scope: object, entry: object, phase: Phase, context: Context) -> Stamp | None:
    for path in phase.time:
        stamp = context.read(find_first(scope, path, entry))
        if stamp is None:
            continue
        if phase.ns and (parts := find_first(scope, phase.ns, entry)) is not None and str(parts).isdecimal():
            stamp = stamp._replace(time=stamp.time.replace(microsecond=int(str(parts)) // 1000 % 1_000_000))
        if phase.plus_s:
            return add_ms(stamp, find_first(scope, phase.plus_s, entry), unit=1000)
        return add_ms(stamp, find_first(scope, phase.plus_ms, entry)) if phase.plus_ms else stamp
    return None


def holds(scope: object, conditions: Mapping[str, Any], parent: object = None) -> bool:
    """Whether each path has one of its texts (ignoring case); "" is none, "*" any, "~x" contains x, "@x" equals the value at x."""
    for path, wanted in conditions.items():
        target = parent if path.startswith("^") else scope
        found = find_first(target, path.lstrip("^"))
        said = "" if found in (None, "", [], {}) else text_of(found).lower()
        options = [str(option).lower() for option in (wanted if isinstance(wanted, list) else [wanted])]
        is_met = any(
            bool(said)
            if option == "*"
            else option[1:] in said
            if option.startswith("~")
            else said == (text_of(find_first(target, option[1:]) or "").lower() if option.startswith("@") else option)
            for option in options
        )
        if not is_met:
            return False
    return True
