"""what was asked for, and the accounts and clocks → the span of time that counts, and how many events are outside of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.clocks import Clock
from minutebook.engines import Engine
from minutebook.errors import EvidenceError
from minutebook.reading.account import Account
from minutebook.settings.config import Config
from minutebook.summary import LOGS
from minutebook.times.spans import Span, read_span
from minutebook.times.utc import write_instant


def find_span(accounts: Sequence[Account], clocks: Mapping[str, Clock], config: Config) -> Span:
    """The span that was asked for; times without a day are relative to the logs, on the common clock."""
    known = [account for account in accounts if account.events]
    known = [account for account in known if account.is_log] or known
    shifts = {account.source.name: clocks[account.source.name].shift_us for account in known}
    edges = {account.source.name: account.part or account for account in known}
    first = min((each.first + shifts[name] for name, each in edges.items()), default=0)
    last = max((each.last + shifts[name] for name, each in edges.items()), default=0)
    return read_span(config.since, config.until, config.zone, (first, last)) or Span()


def pick_span(table: pa.Table, config: Config) -> pa.Table:
    """The events of a table that are within the span of the settings."""
    is_log = pc.is_in(table.column("kind").cast(pa.string()), pa.array(LOGS))
    logged = table.filter(is_log) if pc.any(is_log).as_py() else table
    edges = pc.min_max(logged.column("time").cast(pa.int64())).as_py()
    span = read_span(config.since, config.until, config.zone, (edges["min"] or 0, edges["max"] or 0)) or Span()
    return table.filter(span.find(table)) if span else table


def count_outside(
    accounts: Sequence[Account], clocks: Mapping[str, Clock], span: Span, engine: Engine, refuse: bool
) -> None:
    """Count in each account how many events are out of range."""
    places = {account.source.name: account for account in accounts}
    inside = 0
    for source, (rows, within) in engine.map(partial(_count_inside, clocks=clocks, span=span)):
        places[source].out_of_range += rows - within
        inside += within
    if refuse and not inside:
        told = span.tell()
        raise EvidenceError(
            f"no event is from {told['since'] or 'the beginning'} up to {told['until'] or 'the end'}",
            where="--since, --until",
            do=_tell_bounds(accounts, clocks),
        )


def _count_inside(source: str, table: pa.Table, *, clocks: Mapping[str, Clock], span: Span) -> tuple[int, int]:
    """(all, those within the span) of a batch's events."""
    is_in = span.find(table, clocks.get(source, Clock()).shift_us)
    return table.num_rows, pc.sum(is_in).as_py() or 0


def _tell_bounds(accounts: Sequence[Account], clocks: Mapping[str, Clock]) -> str:
    known = [
        (a.first + shift, a.last + shift) for a in accounts if a.events for shift in [clocks[a.source.name].shift_us]
    ]
    first, last = min(first for first, _ in known), max(last for _, last in known)
    return f"the evidence is from {write_instant(first)} to {write_instant(last)}"
