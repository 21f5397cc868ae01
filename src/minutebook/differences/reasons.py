"""two ledgers → why books differ: a source, a clock, a setting, the version of minutebook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minutebook.differences.values import list_sources, show

UNEXPLAINED = "no source, setting or version differs: one of the books was edited"
_OF_SOURCE = ("format", "zone", "clock_offset_s", "clock_applied", "status", "stream")


@dataclass(frozen=True)
class Reasons:
    """Why two books differ: sentences by source, and those that concern everything."""

    by_source: Mapping[str, str]
    overall: tuple[str, ...]

    def explain(self, evidence: Sequence[object]) -> str:
        """Why rows with this evidence differ."""
        named = {name for text in evidence for name in list_sources(text)}
        told = [self.by_source[name] for name in sorted(named) if name in self.by_source]
        return "; ".join([*(told or self.by_source.values()), *self.overall]) or UNEXPLAINED


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
        f"{key}: {show(settings[0].get(key))} → {show(settings[1].get(key))}"
        for key in keys
        if settings[0].get(key) != settings[1].get(key)
    ]
    versions = [each.get("minutebook") for each in made]
    if versions[0] != versions[1]:
        overall.append(f"minutebook {show(versions[0])} → {show(versions[1])}")
    return Reasons(by_source, tuple(overall))


def _tell_source(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old.get("sha256") != new.get("sha256"):
        lines = f" ({old['lines']:,} → {new['lines']:,} lines)" if old.get("lines") != new.get("lines") else ""
        yield f"other content{lines}"
    for key in _OF_SOURCE:
        if old.get(key) != new.get(key):
            yield f"{key.replace('_', ' ')} {show(old.get(key))} → {show(new.get(key))}"


def _flatten(value: Any, under: str = "") -> dict[str, Any]:
    """Nested settings as ``sli.bad_statuses`` → value."""
    if isinstance(value, Mapping) and value:
        return {
            key: each
            for name, inner in value.items()
            for key, each in _flatten(inner, f"{under}.{name}" if under else str(name)).items()
        }
    return {under: value}
