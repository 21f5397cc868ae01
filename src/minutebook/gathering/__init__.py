"""evidence → Gathered: the events of all sources, each counted once and on one clock.

`spans` says which span of time counts; `copies` takes out what was read twice, found by `overlaps` and `fingerprints`;
`openings` joins requests that are told in two records each; `doubles` finds `requests` that two logs of a service have;
`joining` finds the users of failures that name none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from os import PathLike

import pandas as pd
import pyarrow as pa

from minutebook.clocks import (
    Clock,
    Stamps,
    correct_times,
    fill_layers,
    fill_services,
    find_error_s,
    find_layers,
    find_meetings,
    find_names,
    find_records,
    find_services,
    settle_clocks,
)
from minutebook.detection.ownformats import load_all
from minutebook.engines import Engine
from minutebook.errors import EvidenceError, MinutebookError
from minutebook.gathering.copies import Copied, drop_copies
from minutebook.gathering.doubles import Doubles, find_doubles
from minutebook.gathering.joining import fill_users, find_owners, look
from minutebook.gathering.openings import Openings, find_openings, map_told
from minutebook.gathering.spans import count_outside, find_span
from minutebook.machine.progress import show_progress
from minutebook.reading import DEFERRED, ReadingContext, peek
from minutebook.reading.account import Account
from minutebook.redaction import draw_key
from minutebook.settings.config import Config
from minutebook.sources import Source, find_sources, name_folders
from minutebook.summary import Summary
from minutebook.times.spans import Span, read_span

Evidence = str | PathLike[str]


@dataclass(frozen=True)
class Settled:
    """(source, events as read) → events as they count: on the common clock, with services and users filled in."""

    clocks: Mapping[str, Clock] = field(default_factory=dict)
    services: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    layers: Mapping[str, str] = field(default_factory=dict)  #: source → its layer, where that isn't its format's
    openings: Openings = field(default_factory=Openings)  #: what records that only say how a request ended lack
    doubles: Doubles = field(default_factory=Doubles)  #: requests that another log of their service counts
    #: id of a failing request → its user, as another layer says
    owners: Mapping[str, str] = field(default_factory=dict)
    span: Span = field(default_factory=Span)  #: events outside of it don't count
    names: Mapping[str, str] = field(default_factory=dict)  #: service as others call it → as it calls itself

    def __call__(self, source: str, table: pa.Table) -> pa.Table:
        """A batch of a source's events, settled."""
        clock = self.clocks.get(source, Clock())
        if self.span:
            table = table.filter(self.span.find(table, clock.shift_us))
        table = self.openings.fill(table)
        elsewhere = self.doubles.find(table)
        table = correct_times(table, clock)
        table = fill_services(table, self.services.get(source, {}), self.names)
        table = fill_layers(table, self.layers.get(source, ""), elsewhere)
        return fill_users(table, self.owners)

    def how(self, source: str) -> object:
        """Equal for sources whose events are settled alike."""
        clock = self.clocks.get(source, Clock())
        return clock.shift_us, clock.applied, clock.zone_basis, self.services.get(source), self.layers.get(source)


@dataclass(frozen=True)
class Gathered:
    """Events of all sources, read and on one clock."""

    engine: Engine
    accounts: list[Account]
    settled: Settled
    copied: list[Copied]

    def tables(self) -> Iterator[pa.Table]:
        """The events, settled; those of each source in order."""
        return self.engine.settle(self.settled)

    def summarise(self, config: Config) -> Summary:
        """All that minutes, timeline and impact need of the events."""
        return self.engine.summarise(self.settled, config.sli)

    @property
    def clocks(self) -> Mapping[str, Clock]:
        """Source → its clock."""
        return self.settled.clocks

    @property
    def services(self) -> Mapping[str, Mapping[str, str]]:
        """Source → operation → its service, where the source doesn't say."""
        return self.settled.services

    @property
    def clock_errors(self) -> dict[str, float]:
        """Source → how far off its clock may be (s), for sources that share ids with others."""
        errors = {
            source: find_error_s(clock.offset_s, clock.applied, clock.spread_s, clock.pairs)
            for source, clock in self.clocks.items()
        }
        return {source: error for source, error in errors.items() if error is not None}

    @property
    def key(self) -> bytes:
        """The key of pseudonyms, drawn from the evidence."""
        return draw_key(account.secret for account in self.accounts)

    @property
    def resolutions(self) -> dict[str, float]:
        """Source → its stamps' resolution (s)."""
        return {account.source.name: account.resolution_s for account in self.accounts}


def gather(evidence: Sequence[Evidence], config: Config, engine: Engine, *, refuse: bool = True) -> Gathered:
    """Read all evidence, take copies out and settle the clocks.

    Raises `EvidenceError` when nothing of it can be read (unless ``refuse`` is off).
    """
    formats = load_all(config.formats)
    sources = [_with_host(source, config) for source in find_sources(evidence)]
    context = ReadingContext(formats.logs, formats.exports, config, is_alone=len(sources) == 1)
    with show_progress(_find_size(sources)) as tell:
        accounts, guess = _read_sources(sources, replace(context, tell=tell), engine)
        waiting = [source for source in sources if accounts[source.name].status == DEFERRED]
        if waiting:
            # Stamps without a year: the other sources tell it.
            known = [a for a in accounts.values() if a.events]
            around = (min(a.first for a in known), max(a.last for a in known)) if known else None
            again = engine.read(waiting, replace(context, around=around, is_last_call=True, tell=tell))
            accounts |= {account.source.name: account for account in again}
    ordered = [accounts[source.name] for source in sources]
    if refuse:
        _refuse_nothing(ordered)
    sample = _find_sample(ordered, engine)
    clocks = _find_clocks(ordered, sample, config, engine)
    narrow = _find_narrow(ordered, clocks, guess, find_span(ordered, clocks, config))
    if narrow:
        engine.drop([source.name for source in narrow])
        accounts |= {account.source.name: account for account in engine.read(narrow, context)}
        ordered = [accounts[source.name] for source in sources]
        sample = _find_sample(ordered, engine)
        clocks = _find_clocks(ordered, sample, config, engine)
    return _settle(ordered, clocks, sample, config, engine, refuse)


def _find_sample(accounts: Sequence[Account], engine: Engine) -> pd.DataFrame:
    """The records of shared ids, on the layers that the caller states."""
    sample, stated = find_records(engine.sample, engine.map_all), _list_layers(accounts)
    return sample.assign(layer=sample["source"].map(stated).fillna(sample["layer"])) if stated else sample


def _list_layers(accounts: Sequence[Account]) -> dict[str, str]:
    """Source → its layer, as the caller states."""
    return {account.source.name: account.stated["layer"] for account in accounts if "layer" in account.stated}


def _find_size(sources: Sequence[Source]) -> int | None:
    """Bytes of all sources, packed as they are; None where standard input is among them."""
    sizes = [source.size for source in sources if not source.problem]
    return None if None in sizes else sum(size or 0 for size in sizes)


def _read_sources(
    sources: Sequence[Source], context: ReadingContext, engine: Engine
) -> tuple[dict[str, Account], Span]:
    """The accounts of the sources, and the span outside of which large ones were skipped.

    Where the span is relative to the evidence, it's guessed by the small sources and by the ends of the large ones.
    """
    config = context.config
    span = read_span(config.since, config.until, config.zone, None)
    if span is not None:
        read = engine.read(sources, replace(context, span=span))
        return {account.source.name: account for account in read}, span
    ends = {source.name: found for source in sources if (found := peek(source, context))}
    accounts = {a.source.name: a for a in engine.read([s for s in sources if s.name not in ends], context)}
    logs = [(a.first, a.last) for a in accounts.values() if a.events and a.is_log] + [*ends.values()]
    if ends:
        edges = min(first for first, _ in logs), max(last for _, last in logs)
        with suppress(MinutebookError):  # raised again when all is known
            span = read_span(config.since, config.until, config.zone, edges)
        large = engine.read([source for source in sources if source.name in ends], replace(context, span=span))
        accounts |= {account.source.name: account for account in large}
    return accounts, span or Span()


def _find_narrow(accounts: Sequence[Account], clocks: Mapping[str, Clock], guess: Span, span: Span) -> list[Source]:
    """Sources of which too small a part was read: their clocks, or the span, turned out to be further off."""
    pairs = ((guess.since, span.since), (guess.until, span.until))
    moved = max((abs(one - other) for one, other in pairs if one is not None and other is not None), default=0)
    return [
        account.source
        for account in accounts
        if account.part and not account.part.covers(moved + abs(clocks[account.source.name].shift_us))
    ]


def _with_host(source: Source, config: Config) -> Source:
    host = config.of(source.name).get("host")
    return source if host is None else replace(source, stated_host=str(host))


def _find_clocks(accounts: Sequence[Account], sample: pd.DataFrame, config: Config, engine: Engine) -> dict[str, Clock]:
    def meet(waiting: Sequence[str]) -> pd.DataFrame | None:
        # Few evidence needs it, and then it's a look at all events: only where a log may know what the others lack.
        if not any(a.is_log and a.events and a.source.name not in waiting for a in accounts):
            return None
        return find_meetings(engine.map_all, waiting, sum(a.events for a in accounts))

    folders = name_folders([account.source for account in accounts])
    return settle_clocks(sample, {a.source.name: _tell_stamps(a, folders) for a in accounts}, meet, align=config.align)


def _tell_stamps(account: Account, folders: Mapping[str, str]) -> Stamps:
    stated, qualities, source = account.stated, account.qualities, account.source
    folder = folders.get(source.name)
    is_given = "zone" in stated and (account.lacks_zone or qualities["zone_given"] or qualities["ambiguous"])
    return Stamps(
        is_zoneless=account.is_zoneless or bool(is_given),
        zone=stated["zone"] if is_given else "",
        offset=account.stated_offset,
        beside=account.zone_beside,
        is_mixed=bool(qualities["stated"]),
        resolution_s=account.resolution_s,
        ahead_s=float(stated["clock_ahead_s"]) if "clock_ahead_s" in stated else None,
        # Else the folder that holds logs of one host as others hold those of others.
        place=f"host {source.host}" if source.host else f"folder {folder}" if folder else "",
        is_log=account.is_log,
    )


def _settle(
    accounts: list[Account],
    clocks: Mapping[str, Clock],
    sample: pd.DataFrame,
    config: Config,
    engine: Engine,
    refuse: bool,
) -> Gathered:
    """Take copies out, find services, layers and users, and count what is out of range."""
    copied = drop_copies(engine, accounts)
    looks = list(engine.map_all(partial(look, rules=config.sli))) if engine.has_ids else []
    openings = find_openings(engine.map_all, config.sli) if any(each.has_answers for each in looks) else Openings()
    map_all = map_told(engine.map_all, openings)
    if openings.told is not None:
        looks = list(map_all(partial(look, rules=config.sli)))
    owners = find_owners(map_all, config.sli, [each.ownerless for each in looks])
    span = find_span(accounts, clocks, config)
    if span:
        count_outside(accounts, clocks, span, engine, refuse)
    names = find_names(sample)
    sample = sample.assign(service=sample["service"].replace(names)) if names else sample
    layers, alike = find_layers(sample, clocks, [(each.source, each.of) for each in copied])
    doubles = find_doubles(map_all, alike, {source: clock.shift_us for source, clock in clocks.items()})
    layers |= _list_layers(accounts)
    settled = Settled(clocks, find_services(sample), layers, openings, doubles, owners, span, names)
    return Gathered(engine, accounts, settled, copied)


def _refuse_nothing(accounts: Sequence[Account]) -> None:
    """Raise `EvidenceError` where no event could be read, unless the sources are whole and just list nothing."""
    if any(account.events for account in accounts):
        return
    if not any(account.lines for account in accounts):
        broken = next((a for a in accounts if a.status not in ("complete", "empty")), None)
        if broken is None:
            raise EvidenceError("every file is empty", where=accounts[0].source.name, do="name the evidence")
        why = f" ({broken.note})" if broken.note else ""
        raise EvidenceError(
            f"{broken.status}: nothing of it could be read{why}", where=broken.source.name, do="collect it again"
        )
    if all(account.status in ("complete", "empty") and not account.rejected for account in accounts):
        return
    first = next((a for a in accounts if a.note), accounts[0])
    why = f": {first.rejects[0].why}" if first.rejects else ""
    what = first.note or f"none of its {first.lines:,} lines could be read{why}"
    raise EvidenceError(what, where=first.source.name, do="see `minutebook check`, or write a format")
