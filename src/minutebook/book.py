"""evidence → Book: the chain, called in order; on threads, with bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from minutebook import __version__
from minutebook.account import Account
from minutebook.assessment import affected_users, measure_impact
from minutebook.budget import spend_budget
from minutebook.chronology import make_timeline
from minutebook.clocks import Clock, ClockSample, find_error_s, find_services, settle, settle_clocks
from minutebook.config import Config
from minutebook.copies import Copied, drop_copies
from minutebook.errors import EvidenceError, MinutebookError
from minutebook.events import ARROW_SCHEMA, to_frame
from minutebook.grid import make_minutes
from minutebook.joining import fill_users, find_owners
from minutebook.judging import find_user
from minutebook.ledger import find_shortfalls, make_ledger
from minutebook.merging import merge_happenings, word_rollbacks
from minutebook.objectives import read_objectives
from minutebook.ownformats import load_all
from minutebook.reading import DEFERRED, Settings, read_source
from minutebook.redaction import Redaction, draw_key, make_redaction, read_key
from minutebook.roles import find_roles, hide_names, name_roles
from minutebook.rules import Rules
from minutebook.sli import find_sli
from minutebook.sources import Source, find_sources
from minutebook.store import EventStore
from minutebook.summary import Summary, merge, summarise
from minutebook.threads import THREADS, start_threads
from minutebook.traffic import make_traffic
from minutebook.versions import find_versions

Evidence = str | PathLike[str]
#: Rows of these kinds come from records that name who did something.
NAMING_KINDS = ("deploy", "change", "alert", "incident", "note")
#: What `save_book` writes into a folder.
FILES = (
    "timeline.csv", "timeline.parquet", "minutes.csv", "minutes.parquet", "happenings.csv", "happenings.parquet",
    "impact.json", "impact.svg", "ledger.json",
)  # fmt: skip
_BATCH_ROWS = 262_144


@dataclass(frozen=True)
class Book:
    """Everything about one incident: frames, impact and the ledger."""

    timeline: pd.DataFrame
    minutes: pd.DataFrame
    impact: dict[str, Any]
    ledger: dict[str, Any]
    happenings: pd.DataFrame
    users: pd.DataFrame = field(repr=False)
    #: Names of people, without case → their roles; None where a saved book doesn't tell. Never written.
    roles: Mapping[str, str] | None = field(default=None, repr=False)
    #: What hid users and secrets in all but `users`, which holds ids as logged; None in a saved book. Never written.
    redaction: Redaction | None = field(default=None, repr=False)

    @property
    def shown_users(self) -> pd.DataFrame:
        """`users` as they may leave the machine: ids as pseudonyms, unless the book was made without redaction."""
        return (
            self.users
            if self.redaction is None
            else self.users.assign(user=self.redaction.hide_users(self.users["user"]))
        )

    @property
    def shortfalls(self) -> list[str]:
        """What is damaged or missing in the evidence, in sentences; empty when it's complete."""
        return find_shortfalls(self.ledger)

    def _repr_html_(self) -> str:
        from minutebook.outputs.notebook import render_book

        return render_book(self.impact, self.ledger, self.minutes, self.timeline)


@dataclass
class Gathered:
    """Events of all sources, read and on one clock."""

    store: EventStore
    accounts: list[Account]
    clocks: Mapping[str, Clock]
    services: Mapping[str, Mapping[str, str]]
    copied: list[Copied]
    owners: Mapping[str, str]  #: id of a failing request → whose it was, where only another layer says

    def tables(self) -> Iterator[pa.Table]:
        """The events, settled, source by source."""
        for source, table in self.store:
            settled = settle(table, self.clocks.get(source, Clock()), self.services.get(source, {}))
            yield fill_users(settled, self.owners)

    @property
    def clock_errors(self) -> dict[str, float]:
        """Source → how far its clock may be off (s), of those that share ids with others."""
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


def gather(
    evidence: Sequence[Evidence],
    config: Config,
    store: EventStore,
    pool: Executor,
    *,
    refuse: bool = True,
) -> Gathered:
    """Read all evidence, take copies out and settle the clocks.

    Raises `EvidenceError` when nothing of it can be read (unless ``refuse`` is off).
    """
    formats = load_all(config.formats)
    settings = Settings(formats.logs, formats.exports, config)
    sample = ClockSample()
    accounts: dict[str, Account] = {}

    def take(sources: Iterable[Source], settings: Settings) -> None:
        for source in sources:
            account, tables = read_source(source, settings, pool)
            for table in tables:
                store.add(source.name, table)
                sample.add(table)
            accounts[source.name] = account

    sources = [_with_host(source, config) for source in find_sources(evidence)]
    take(sources, settings)
    waiting = [source for source in sources if accounts[source.name].status == DEFERRED]
    if waiting:
        # Stamps without a year: the other sources tell it.
        known = [a for a in accounts.values() if a.events]
        around = (min(a.first for a in known), max(a.last for a in known)) if known else None
        take(waiting, replace(settings, around=around, is_last_call=True))
    return _settle([accounts[source.name] for source in sources], config, store, sample, refuse)


def _with_host(source: Source, config: Config) -> Source:
    host = config.of(source.name).get("host")
    return source if host is None else replace(source, stated_host=str(host))


def _settle(accounts: list[Account], config: Config, store: EventStore, sample: ClockSample, refuse: bool) -> Gathered:
    """Copies taken out, clocks and services found."""
    if refuse:
        _refuse_nothing(accounts)
    copied = drop_copies(store, accounts)
    shared = sample.frame()
    given = {a.source.name: a.stated["zone"] for a in accounts if "zone" in a.stated and a.qualities["zone_given"]}
    clocks = settle_clocks(
        shared,
        {a.source.name: a.is_zoneless or a.source.name in given for a in accounts},
        {a.source.name: a.resolution_s for a in accounts},
        given=given,
        hosts={a.source.name: (a.source.host, a.stated_offset) for a in accounts},
        align=config.align,
    )
    owners = find_owners(lambda: (table for _, table in store), config.sli)
    return Gathered(store, accounts, clocks, find_services(shared), copied, owners)


def _refuse_nothing(accounts: Sequence[Account]) -> None:
    if any(account.events for account in accounts) or not any(account.lines for account in accounts):
        if not any(account.lines for account in accounts):
            broken = next((a for a in accounts if a.status not in ("complete", "empty")), None)
            if broken is not None:
                raise EvidenceError(
                    f"{broken.status}: nothing of it could be read" + (f" ({broken.note})" if broken.note else ""),
                    where=broken.source.name,
                    do="collect it again",
                )
            raise EvidenceError("every file is empty", where=accounts[0].source.name, do="name the evidence")
        return
    if all(account.status in ("complete", "empty") and not account.rejected for account in accounts):
        return  # exports that list nothing: read, and empty
    first = next((a for a in accounts if a.note), accounts[0])
    what = first.note or f"none of its {first.lines:,} lines could be read"
    raise EvidenceError(what, where=first.source.name, do="see `minutebook check`, or write a format")


def summarise_all(tables: Iterable[pa.Table], pool: Executor, rules: Rules | None = None) -> Summary:
    """One Summary of all tables by the rules, small ones together, two at a time."""
    waiting = []
    parts: list[Summary] = []
    for batch in _gather_rows(tables):
        waiting.append(pool.submit(summarise, batch, rules))
        if len(waiting) > THREADS:
            parts.append(waiting.pop(0).result())
        if sum(part.nbytes for part in parts) > 256 << 20:
            parts = [merge(parts)]
    return merge([*parts, *(future.result() for future in waiting)])


def _gather_rows(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    held: list[pa.Table] = []
    rows = 0
    for table in tables:
        held.append(table)
        rows += table.num_rows
        if rows >= _BATCH_ROWS:
            yield _concat(held)
            held, rows = [], 0
    if held:
        yield _concat(held)


def _concat(tables: Sequence[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


def reconstruct(evidence: Sequence[Evidence], config: Config, *, every: bool = False) -> Book:
    """The book of some evidence: the whole chain."""
    with start_threads() as pool, EventStore() as store:
        gathered = gather(evidence, config, store, pool)
        summary = summarise_all(gathered.tables(), pool, config.sli)
    return make_book(summary, gathered.resolutions, config, gathered.clock_errors, gathered=gathered, every=every)


def make_book(
    summary: Summary,
    resolutions: Mapping[str, float],
    config: Config | None = None,
    clock_errors: Mapping[str, float] | None = None,
    *,
    gathered: Gathered | None = None,
    key: bytes | None = None,
    every: bool = False,
) -> Book:
    """Minutes, timeline, impact and ledger: functions of a Summary alone.

    ``key`` makes pseudonyms of users' ids where nothing was gathered and ``config`` names none.
    """
    rules = (config or Config()).sli
    sli = find_sli(summary, rules)
    observed = to_frame(summary.happenings)
    merged, merges = merge_happenings(observed)
    happenings = name_roles(word_rollbacks(merged, find_versions(summary)), observed)
    settings = config or Config()
    traffic = make_traffic(sli, happenings, resolutions, clock_errors, settings.clock_error_s)
    objectives = read_objectives(rules.objectives)
    slow_of = {each.service: each.over_s for each in objectives if each.over_s is not None}
    limits = {
        (service, operation): over
        for service, operation in sli.pairs
        if (over := rules.slow_limit_s(operation) or slow_of.get(service)) is not None
    }
    if isinstance(rules.baseline, tuple) and not sli.has_minutes(*rules.baseline):
        raise MinutebookError("no evidence lies within it", where="[sli] baseline")
    impact = measure_impact(traffic, slow_over_s=limits, baseline=rules.baseline)
    impact["budget"] = spend_budget(objectives, impact, sli)
    impact["sli"] = {**rules.tell(), "layer": sli.layer}
    slow = {(each["service"], each["operation"]): each["over_s"] for each in impact["slow_over_s"]}
    minutes = make_minutes(sli, happenings, slow)
    timeline, notes = make_timeline(summary, sli, happenings, impact, minutes, resolutions, every=every)
    ledger = make_ledger(
        gathered.accounts if gathered else [],
        gathered.clocks if gathered else {},
        gathered.services if gathered else {},
        gathered.copied if gathered else [],
        merges,
        [*sli.assumptions, *notes, *(f"{o.where}: {o.name}: {note}." for o in objectives for note in o.notes)],
    )
    ledger["made_by"] = {"minutebook": __version__, "settings": {**settings.tell(), "every": every}}
    users = affected_users(traffic, impact)
    book = Book(timeline, minutes, impact, ledger, happenings, users, find_roles(observed))
    return _redact(book, summary, settings, gathered.key if gathered else key)


def pick_key(config: Config, drawn: bytes | None) -> bytes:
    """The key of pseudonyms: the one of the settings, else the drawn one, else one by chance."""
    return read_key(config.key) if config.key else drawn or draw_key([])


def pick_happenings(tables: Iterable[pa.Table]) -> pd.DataFrame:
    """Of some events the deploys, changes, alerts and notes."""
    kinds = pa.array(NAMING_KINDS)
    picked = [table.filter(pc.is_in(table.column("kind").cast(pa.string()), kinds)) for table in tables]
    return to_frame(pa.concat_tables([ARROW_SCHEMA.empty_table(), *picked]).unify_dictionaries())


def gather_redaction(evidence: Sequence[Evidence], config: Config) -> tuple[Redaction, Mapping[str, str]]:
    """What hides the users of some evidence, and the roles of its people: it's read for their ids and names."""
    with start_threads() as pool, EventStore() as store:
        gathered = gather(evidence, config, store, pool, refuse=False)
        columns = [find_user(table, config.sli) for _, table in store]
        roles = find_roles(pick_happenings(gathered.tables()))
    keys = [config.sli.user or ""]
    return make_redaction(pick_key(config, gathered.key), columns, keys=keys, is_on=config.redact), roles


def _redact(book: Book, summary: Summary, config: Config, key: bytes | None) -> Book:
    """The book with users as pseudonyms and secrets as their kinds in every text; `Book.users` stays as logged."""
    names = [summary.trials.column("user"), summary.failures.column("user"), summary.happenings.column("user")]
    words = {str(each) for name in ("service", "host") for each in pc.unique(summary.coverage.column(name)).to_pylist()}
    hides = make_redaction(pick_key(config, key), names, words, [config.sli.user or ""], is_on=config.redact)
    told = book.timeline
    named = (
        {each: hide_names(each, book.roles or {}) for each in told["summary"].dropna().unique()} if book.roles else {}
    )
    if any(text != name for text, name in named.items()):
        told = told.assign(summary=told["summary"].map(named).astype("str"))
    settings = {**book.ledger["made_by"]["settings"], "key": hides.key_name}
    made_by = {**book.ledger["made_by"], "settings": settings}
    return replace(
        book,
        timeline=hides.hide_columns(told, ["summary"]),
        minutes=hides.hide_columns(book.minutes, ["operation"]),
        happenings=hides.hide_columns(
            book.happenings.assign(user=hides.hide_users(book.happenings["user"])), ["message", "operation", "fields"]
        ),
        impact=hides.hide_in(book.impact),
        ledger={**hides.hide_in(book.ledger), "made_by": made_by},
        redaction=hides,
    )


def save_book(book: Book, folder: Evidence) -> list[Path]:
    """Write a book into a folder (made if need be); gives the files, in the order they were written."""
    from minutebook.outputs import write_csv, write_json, write_parquet
    from minutebook.outputs.figure import draw_impact, save_figure

    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EvidenceError(f"can't be made: {error.strerror}", where=str(folder), do="name a folder") from error
    frames = {"timeline": book.timeline, "minutes": book.minutes, "happenings": book.happenings}
    written = []
    for name, frame in frames.items():
        write_csv(frame, place / f"{name}.csv")
        write_parquet(frame, place / f"{name}.parquet")
        written += [place / f"{name}.csv", place / f"{name}.parquet"]
    write_json(book.impact, place / "impact.json")
    figure: Any = draw_impact(book.minutes, book.impact, book.happenings)
    save_figure(figure, place / "impact.svg", "svg")
    # Last, so that a folder with a ledger is a whole book.
    write_json(book.ledger, place / "ledger.json")
    return [*written, place / "impact.json", place / "impact.svg", place / "ledger.json"]


def load_book(folder: Evidence) -> Book:
    """A saved book; raises `EvidenceError` where the folder holds none."""
    import json

    place = Path(folder)
    try:
        frames = {name: pd.read_parquet(place / f"{name}.parquet") for name in ("timeline", "minutes", "happenings")}
        impact, ledger = (json.loads((place / f"{name}.json").read_text("utf-8")) for name in ("impact", "ledger"))
    except (OSError, ValueError, pa.ArrowException) as error:
        raise EvidenceError(
            "holds no whole book", where=str(folder), do="run `minutebook reconstruct` again"
        ) from error
    return Book(
        **frames,
        impact=impact,
        ledger=ledger,
        users=pd.DataFrame(columns=["window", "user", "state"]),
    )


def is_book(path: Evidence) -> bool:
    """Whether a path is a folder that a book was saved in."""
    return (Path(path) / "ledger.json").is_file() and (Path(path) / "timeline.parquet").is_file()
