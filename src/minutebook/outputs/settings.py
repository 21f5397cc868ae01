"""ledger and impact of a first run → a commented minutebook.toml: what was found, and where to say otherwise.

Every setting is a comment, so that the file as written changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from minutebook.outputs.inert import inert_text
from minutebook.outputs.wording.counts import count_of

_MOST_OPERATIONS = 12
#: What stands for a format where none fits.
_NO_FORMATS = ("empty", "unknown", None)


def draft_settings(ledger: Mapping[str, Any], impact: Mapping[str, Any]) -> str:
    """The text of a settings file for the evidence that a book was made of."""
    return "\n".join([*_begin(ledger), *_tell_sli(impact, _find_likely_user(ledger)), *_tell_sources(ledger)]) + "\n"


def _begin(ledger: Mapping[str, Any]) -> Iterator[str]:
    count = len(ledger.get("sources") or ())
    yield f"# What you know and the evidence doesn't say, for {count} {'source' if count == 1 else 'sources'}."
    yield "# Use it by: minutebook reconstruct EVIDENCE --config THIS-FILE"
    yield "# As written it changes nothing: take the # from the lines that you mean, and correct them."
    yield ""
    yield '# formats = ["formats/"]          # files or folders with formats of your own'
    yield "# align = false                   # don't apply clock offsets that shared ids prove"
    yield "# clock_error_s = 1.0             # how far a clock may be off that shares no ids with others"
    yield '# since = "14:05"                 # only what happened from then on; until = "16:00", and before then'


def _find_likely_user(ledger: Mapping[str, Any]) -> str:
    """A key that looks like one of users, where none of the usual ones is there; "" if none does."""
    return next((each["likely_user"] for each in ledger.get("sources") or () if each.get("likely_user")), "")


def _tell_sli(impact: Mapping[str, Any], likely_user: str) -> Iterator[str]:
    limits = list(impact.get("slow_over_s") or ())
    sli = impact.get("sli") or {}
    yield ""
    yield f"# What counts, and what is bad. Requests are counted on the {inert_text(sli.get('layer')) or 'lines'} layer."
    yield "# [sli]"
    services = sorted({each["service"] for each in limits} - {""})
    if services:
        yield f"# services = {_list(services)}"
    operations = [each["operation"] for each in limits if each["operation"]]
    if operations:
        yield f"# operations = {_list(operations[:_MOST_OPERATIONS])}"
    yield '# bad_statuses = ["5xx"]          # also single ones: ["5xx", 429]'
    yield "# invalid_statuses = [404]        # neither good nor bad"
    if operations:
        yield "# Slow is over these durations (s), 4 × their own median or their usual 99.5th percentile:"
        for each in limits[:_MOST_OPERATIONS]:
            yield f"# slow_over_s.{_text(each['operation'])} = {each['over_s']:.4g}"
    yield f"# user = {_text(likely_user or 'tenant_id'):<24} # the key of the records that says who a user is"
    yield '# probe_operations = ["* /internal/*"]'
    yield '# baseline = "2h"                 # usual is what was so long ahead of the impact'
    yield '# objectives = ["checkout.slo.yaml"]'


def _tell_sources(ledger: Mapping[str, Any]) -> Iterator[str]:
    for source in ledger.get("sources") or ():
        yield ""
        yield f"# {inert_text(source.get('source'))}: {_describe(source)}"
        yield f"# [sources.{_text(source.get('source'))}]"
        if source.get("format") not in _NO_FORMATS:
            yield f"# format = {_text(source.get('format'))}"
        basis = inert_text(source.get("zone_basis"))
        if source.get("zone") and not basis.startswith("stated"):
            yield f"# zone = {_text(source['zone'])}   # {basis}"
        if "year" in basis:
            yield "# year = 2026"
        if source.get("status") == "unknown" and "no day" in inert_text(source.get("note")):
            yield '# day = "2026-11-23"              # of its first stamp'
        yield "# clock_ahead_s = 90              # by how many seconds its clock ran ahead; negative: behind"
        yield "# layer = \"proxy\"                 # cdn, balancer, proxy or app, where that isn't its format's"
        yield '# service = "…"                   # what its records lack: also host, environment, version, name'


def _describe(source: Mapping[str, Any]) -> str:
    told = [f"read as {inert_text(source.get('format'))}"]
    if source.get("runner_up"):
        told.append(f"next best {inert_text(source['runner_up'])}")
    told.append(count_of(source.get("lines", 0), "line"))
    if source.get("lines_rejected"):
        told.append(f"{source['lines_rejected']:,} of them rejected")
    if source.get("status") not in (None, "complete"):
        told.append(inert_text(source["status"]))
    return ", ".join(told)


def _text(value: object) -> str:
    """A TOML string; it escapes as JSON does."""
    return json.dumps(inert_text(value), ensure_ascii=False)


def _list(values: list[str]) -> str:
    return f"[{', '.join(_text(value) for value in values)}]"
