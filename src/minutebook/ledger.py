"""accounts, clocks, copies and merges → the ledger: what was read, skipped and assumed."""

from __future__ import annotations

import collections
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from minutebook.clocks import Clock, name_offset, parse_offset_s
from minutebook.errors import AccountError
from minutebook.gathering import Gathered, Settled
from minutebook.gathering.doubles import tell_doubles
from minutebook.reading.account import Account
from minutebook.sources.places import BYTES, name_line
from minutebook.times.spans import Span
from minutebook.times.utc import write_instant

if TYPE_CHECKING:
    import pandas as pd

_SHOWN_REJECTS = 20
#: More rejected lines than this share of a source make a run incomplete.
MOST_REJECTED = 0.05


def make_ledger(
    gathered: Gathered | None,
    merges: Sequence[Mapping[str, Any]] = (),
    assumptions: Sequence[str] = (),
    on_grid: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """``sources[]``, ``merges[]``, ``assumptions[]``, ``range`` and ``totals``; JSON-able, the same in any order of inputs.

    ``gathered`` is None for events that the caller has read; ``merges`` and ``assumptions`` are further ones. ``on_grid``
    is how many events of each source the summary counted: raises `AccountError` where an event got lost on the way.
    """
    accounts, copied = (gathered.accounts, gathered.copied) if gathered else ([], [])
    settled = gathered.settled if gathered else Settled()
    copies: collections.Counter[str] = collections.Counter()
    for each in copied:
        copies[each.source] += each.events
    sources = [
        _tell_source(account, settled.clocks.get(account.source.name, Clock()), copies[account.source.name])
        for account in accounts
    ]
    if on_grid is not None:
        _check_events(sources, on_grid)
    count = ("lines", "lines_in_events", "lines_skipped", "lines_rejected", "events", "copies", "out_of_range")
    return {
        "sources": sources,
        "merges": [
            *({"what": "copies", "into": c.of, "from": c.source, "count": c.events, "why": c.why} for c in copied),
            *map(dict, merges),
        ],
        "assumptions": [
            *_tell_span(sources, settled.span),
            *(sentence for account in accounts if account.events for sentence in _list_assumptions(account, settled)),
            *_tell_likely_users(accounts),
            *settled.openings.tell(),
            *tell_doubles(settled.doubles.found),
            *_tell_names(settled.names),
            *assumptions,
        ],
        "range": settled.span.tell() if settled.span else None,
        "totals": {name: sum(source[name] for source in sources) for name in count},
    }


def make_rejects(accounts: Sequence[Account]) -> pd.DataFrame:
    """The lines that became no event, by source: ``source, line, offset, lines, reason, excerpt``.

    ``offset`` is in bytes of the unpacked content, ``lines`` how many lines the reject stands for (0 where a record
    shares its lines with others). The ledger counts all; the frame has the first ones of each source.
    """
    import pandas as pd

    rows = [
        (account.source.name, name_line(each.line), each.offset, each.lines, each.why, each.excerpt)
        for account in accounts
        for each in account.rejects
    ]
    types = {"source": "str", "line": "str", "offset": "int64", "lines": "int64", "reason": "str", "excerpt": "str"}
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _check_events(sources: Sequence[Mapping[str, Any]], on_grid: Mapping[str, int]) -> None:
    for source in sources:
        left = source["events"] - source["copies"] - source["out_of_range"]
        if on_grid.get(source["source"], 0) != left:
            raise AccountError(
                f"{source['events']} events, of them {source['copies']} copies and {source['out_of_range']} out of range,"
                f" but {on_grid.get(source['source'], 0)} counted",
                where=source["source"],
                do="please report this: it's a defect of minutebook",
            )


def _tell_span(sources: Sequence[Mapping[str, Any]], span: Span) -> list[str]:
    if not span:
        return []
    told, outside = span.tell(), sum(source["out_of_range"] for source in sources)
    edges = [f"{word} {told[key]}" for word, key in (("from", "since"), ("before", "until")) if told[key]]
    return [f"Only what happened {' and '.join(edges)} was looked at, as asked: {outside:,} events are out of range."]


def _tell_likely_users(accounts: Sequence[Account]) -> list[str]:
    """A sentence for each key that looks like one of users, in logs that name none."""
    logs: dict[str, list[str]] = {}
    for account in accounts:
        if account.likely_user:
            logs.setdefault(account.likely_user, []).append(account.source.name)
    return [
        f"{names[0]}{f' and {len(names) - 1:,} more' * (len(names) > 1)}: none of the usual keys names a user; {key} looks"
        f" like one. If it is: [sli] user = {json.dumps(key, ensure_ascii=False)}."
        for key, names in sorted(logs.items())
    ]


def _tell_source(account: Account, clock: Clock, copies: int) -> dict[str, Any]:
    return {
        "source": account.source.name,
        "sha256": account.sha256,
        "format": account.format,
        "runner_up": account.runner_up or None,
        "stream": account.source.stream,
        "zone": _zone(account, clock),
        "zone_basis": clock.zone_basis if account.events else None,
        "clock_offset_s": clock.offset_s,
        "clock_pairs": clock.pairs,
        "lines": account.lines,
        "lines_in_events": account.lines_in_events,
        "lines_skipped": account.skipped_lines,
        "lines_rejected": account.rejected,
        "events": account.events,
        "copies": copies,
        "first": write_instant(account.first + clock.shift_us) if account.events else None,
        "last": write_instant(account.last + clock.shift_us) if account.events else None,
        "status": account.status,
        "out_of_range": account.out_of_range,
        "read": _tell_part(account),
        "clock_spread_s": clock.spread_s,
        "clock_applied": clock.applied,
        "lines_counted_again": account.lines_seen,
        "skipped": dict(sorted(account.skipped.items())),
        "rejects": [
            {"line": each.line if each.line < BYTES else name_line(each.line), "why": each.why}
            for each in account.rejects[:_SHOWN_REJECTS]
        ],
        "score": round(account.score, 4),
        "resolution_s": account.resolution_s or None,
        "likely_user": account.likely_user or None,
        "note": account.note or None,
        "stated": account.stated,
    }


def _tell_part(account: Account) -> dict[str, int] | None:
    """The bytes that were read, if not all; the source's hash is of these."""
    part = account.part
    return {"from": part.start, "to": part.stop, "of": part.size} if part else None


def _zone(account: Account, clock: Clock) -> str | None:
    if not account.events:
        return None
    if clock.zone:
        return clock.zone
    return name_offset(parse_offset_s(account.stated_offset)) if account.stated_offset else "UTC"


def _tell_names(names: Mapping[str, str]) -> list[str]:
    return sorted(
        f"{own} is called {name} in front of it: by the ids that both logged, one service."
        for name, own in names.items()
    )


def _list_assumptions(account: Account, settled: Settled) -> Iterator[str]:
    """What was taken for granted of a source: its own service and its layer only where shared ids prove them."""
    name = account.source.name
    own, layer = settled.services.get(name, {}).get("", ""), settled.layers.get(name, "")
    if account.part:
        yield f"{name}: {account.part.tell()}."
    stated = {key: value for key, value in account.stated.items() if key != "clock_ahead_s"}
    if stated:
        said = ", ".join(f"{key} {value}" for key, value in stated.items())
        yield f"{name}: as the caller states where its records don't: {said}."
    yield from _tell_clock(name, settled.clocks.get(name, Clock()))
    yield from _tell_stamps(account)
    for key, unit in sorted(account.units.items()):
        yield f"{name}: its durations under {key!r} state no unit; by their size taken as {unit}."
    if own:
        yield f"{name} names no service; its ids are shared with {own} only, so its events are {own}'s."
    if layer and "layer" not in stated:
        yield (
            f"{name} logged the same requests as another source, by their ids; taken for the {layer} in front of it, so"
            " that each counts once."
        )


def _tell_clock(name: str, clock: Clock) -> Iterator[str]:
    if clock.zone_basis == "assumed":
        yield f"{name}: its stamps lack a zone and nothing tells it; taken as UTC."
    elif clock.zone_basis.startswith("inferred"):
        yield f"{name}: its stamps lack a zone; {clock.zone} {clock.zone_basis}."
    if clock.offset_s is None:
        return
    way = "ahead" if clock.offset_s > 0 else "behind"
    if clock.offset_of:
        yield f"{name} ran {abs(clock.offset_s):.3g} s {way}, as {clock.offset_of} of the same host did; corrected."
    elif clock.spread_s is None:
        yield f"{name} ran {abs(clock.offset_s):g} s {way}, as the caller states; corrected."
    elif abs(clock.offset_s) >= 1:
        done = "corrected" if clock.applied else "not corrected"
        spread = f"spread {clock.spread_s * 1000:.0f} ms"
        yield f"{name} ran {abs(clock.offset_s):.3g} s {way}: {clock.pairs:,} shared ids, {spread}; {done}."


def _tell_stamps(account: Account) -> Iterator[str]:
    name = account.source.name
    if twice := account.qualities["ambiguous"]:
        yield (
            f"{name}: {twice:,} stamps lie in an hour that a clock change repeats or leaves out; of two instants the"
            " earlier is taken."
        )
    if year := account.qualities["year_assumed"]:
        guess = f": {account.year_guess}" if account.year_guess else ""
        yield f"{name}: the year of {year:,} stamps is assumed{guess}."
    if day := account.qualities["day_assumed"]:
        yield f"{name}: the day of {day:,} stamps is assumed: {account.day_guess}."


def find_shortfalls(ledger: Mapping[str, Any]) -> list[str]:
    """What makes the run incomplete (exit code 3): damaged evidence, or over 5 % of a source rejected."""
    told = []
    for source in ledger["sources"]:
        if source["status"] not in ("complete", "empty"):
            told.append(f"{source['source']}: {source['status']}" + (f", {source['note']}" if source["note"] else ""))
        elif source["lines_rejected"] > MOST_REJECTED * source["lines"]:
            told.append(f"{source['source']}: {source['lines_rejected']:,} of {source['lines']:,} lines rejected")
    return told
