"""The public verbs: each a function here, a command of the same name in `cli`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pyarrow as pa

from minutebook import book as books
from minutebook.addresses import is_remote
from minutebook.assessment import make_orders, make_rows
from minutebook.book import Book
from minutebook.clocks import find_error_s
from minutebook.config import Config
from minutebook.engines import open_engine
from minutebook.engines.local import summarise_all
from minutebook.errors import MinutebookError
from minutebook.events import COLUMNS, to_frame, to_table
from minutebook.gathering import Evidence, gather, pick_span
from minutebook.joining import fill_users, find_owners
from minutebook.ledger import make_ledger
from minutebook.logformats import load_formats
from minutebook.outputs import Target, pick_suffix
from minutebook.outputs.notebook import ShownRecords
from minutebook.ownformats import load_all
from minutebook.places import BYTES
from minutebook.redaction import draw_key, make_redaction
from minutebook.roles import find_roles, hide_raw_names, name_people
from minutebook.threads import start_threads

#: When, as people type it, or an instant; naive ones are in the evidence's zone where one is said, else in UTC.
When = str | datetime


def read(
    *evidence: Evidence,
    zone: str | None = None,
    since: When | None = None,
    until: When | None = None,
    engine: str | None = None,
    config: Config | str | PathLike[str] | None = None,
) -> pd.DataFrame:
    """The event frame of files and folders: one row an event, columns as in `schema`, by time.

    Clocks are settled and copies taken out. ``zone`` (IANA name or offset) holds for stamps without one;
    else it is inferred from ids that sources share, else UTC, flagged in ``time_quality``. ``since`` and
    ``until`` (not included) are ``2026-11-23T14:05Z``, or relative to the evidence: ``14:05`` of its day, ``-2h`` of its
    end; what's outside is counted in the ledger as out of range. ``engine`` is ``local``, or ``dask`` for tasks on
    the active client (else on processes of this machine), with the same result. ``config`` is a `Config` or the path of a `minutebook.toml`. The account of every line is in ``attrs["ledger"]``. Users,
    messages and fields are as logged: `redact` makes of it what may be passed on. Raises `EvidenceError` when nothing can be read.
    """
    settings = _settings(zone, config, since, until, engine)
    with open_engine(settings.engine, settings.scheduler) as opened:
        gathered = gather(evidence, settings, opened)
        tables = list(gathered.tables())
        table = pa.concat_tables(tables).unify_dictionaries() if tables else to_table(pd.DataFrame({"time": []}))
    # Stable: of equal times, sources by name and then lines in their order.
    frame = to_frame(table).sort_values("time", kind="stable", ignore_index=True)
    request = frame["operation"] + " " + frame["status"].astype("str")
    frame["message"] = frame["message"].where(frame["message"].notna(), request.where(frame["status"].notna(), None))
    frame["line"] = frame["line"].where(frame["line"] < BYTES)
    frame.attrs["ledger"] = make_ledger(
        gathered.accounts, gathered.clocks, gathered.services, gathered.copied, span=gathered.settled.span
    )
    frame.attrs["key"] = gathered.key.hex()
    return frame


def redact(events: pd.DataFrame, *, config: Config | str | PathLike[str] | None = None) -> pd.DataFrame:
    """An event frame as it may be passed on: users as pseudonyms, people as roles, secrets as their kinds.

    Pseudonyms are HMAC-SHA256 of the ids, so distinct counts hold. The key is that of ``config``, else it's drawn
    from the evidence that `read` read, else from the frame. `attrs` aren't kept: they hold the key.
    """
    settings = _settings(None, config)
    table = to_table(events)
    hides = make_redaction(
        books.pick_key(settings, _key_of(events, table)), [table.column("user")], is_on=settings.redact
    )
    people = find_roles(books.pick_happenings([table]))
    made = hides.hide_events(name_people(events, people))
    made.attrs = {}
    return made


def reconstruct(
    *evidence: Evidence,
    zone: str | None = None,
    since: When | None = None,
    until: When | None = None,
    engine: str | None = None,
    config: Config | str | PathLike[str] | None = None,
    every: bool = False,
) -> Book:
    """The `Book` of files and folders, or of a saved book's folder: timeline, minutes, impact and ledger.

    ``zone``, ``since``, ``until``, ``engine`` and ``config`` as in `read`; with ``every`` the timeline has every minute of every message.
    """
    settings = _settings(zone, config, since, until, engine)
    if len(evidence) == 1 and books.is_book(evidence[0]):
        if settings.since or settings.until:
            raise MinutebookError(
                "is a saved book, and can't be cut to a span", where=str(evidence[0]), do="name the evidence it's of"
            )
        return books.load_book(evidence[0])
    return books.reconstruct(evidence, settings, every=every)


def timeline(
    what: pd.DataFrame | Book | Evidence | Sequence[Evidence], *, every: bool = False, **said: Any
) -> pd.DataFrame:
    """The timeline of an event frame, a book or evidence: rows of what changed, in order, with evidence.

    Columns as in `chronology.COLUMNS`: times datetime64[us, UTC], ``time_error_s`` seconds, ``count`` events
    and ``users`` distinct users (null: unknown), ``evidence`` as ``source:line; …``.
    """
    return _book(what, every=every, **said).timeline


def minutes(what: pd.DataFrame | Book | Evidence | Sequence[Evidence], **said: Any) -> pd.DataFrame:
    """The dense grid, a row a minute and service/operation, columns as in `grid.COLUMNS`.

    Counts are null where there is no evidence; ``p50_s`` and ``p95_s`` are seconds, to 2 %.
    """
    return _book(what, **said).minutes


def impact(what: pd.DataFrame | Book | Evidence | Sequence[Evidence], **said: Any) -> dict[str, Any]:
    """Impact windows, affected users, milestones and durations, as a JSON-able dict.

    An impact window is the stretch of minutes in which so many users hit failures that, at the service's own
    usual rate, it would be less than a one-in-a-million coincidence (Kulldorff's scan statistic, 1997).
    """
    return _book(what, **said).impact


def users(what: pd.DataFrame | Book | Evidence | Sequence[Evidence], **said: Any) -> pd.DataFrame:
    """Affected users of each window: ``window, user, state`` (failed, degraded).

    Ids are as logged, to be joined with one's own tables; `Book.shown_users` has them as pseudonyms, and so has
    every file that minutebook writes, unless it's told ``--no-redact``.
    """
    return _book(what, **said).users


def sensitivity(what: pd.DataFrame | Book | Evidence | Sequence[Evidence], **said: Any) -> pd.DataFrame:
    """How each window's start, end and affected users move with what was chosen, a row a choice and value.

    Choices: the odds asked for, the span that is called usual, the channel (fail, slow, both), the latency limit.
    Columns: ``window, kind, choice, value, is_chosen, start, end, start_shift_s, end_shift_s, affected,
    anonymous_clients, why``; null where no window is found, and ``why`` says so.
    """
    return make_rows(_book(what, **said).impact)


def orders(what: pd.DataFrame | Book | Evidence | Sequence[Evidence], **said: Any) -> pd.DataFrame:
    """Whether deploys, changes and alerts near each window came before or after its edges, a row a question.

    ``first`` before ``second`` is ``proven``, ``contradicted`` or ``undecidable``, ``by_s`` seconds, give or take
    ``error_s``: stamps' resolutions, the edge's interval, and ``clock_error_s``, in part ``assumed`` where a
    clock shares no ids with others.
    """
    return make_orders(_book(what, **said).impact)


def plot(
    what: pd.DataFrame | Book | Evidence | Sequence[Evidence],
    view: str = "overview",
    *,
    axes: Any = None,
    zone: str = "UTC",
    **said: Any,
) -> Any:
    """Errors and traffic by minute, affected users, alerts and deploys, the window shaded, gaps hatched.

    Other views: ``errors`` (against the usual), ``users`` (a minute and so far), ``latency``, ``lanes`` (deploys and
    alerts), ``coverage`` (what couldn't be seen), ``messages`` (small multiples), ``deploys`` (before and after).
    Gives a matplotlib Figure, or draws onto given ``axes``, as many as the view has panels (the overview: three), and
    gives them back. ``zone`` is for display.
    """
    from minutebook.outputs.plots import draw_plot

    return draw_plot(_book(what, **said), view, zone=zone, axes=axes)


def report(
    what: pd.DataFrame | Book | Evidence | Sequence[Evidence],
    path: Target,
    *,
    title: str = "",
    evidence: Evidence | Sequence[Evidence] = (),
    suffix: str | None = None,
    **said: Any,
) -> None:
    """Write the report of a book or of evidence: one HTML or Markdown file, by the suffix of ``path``.

    It shows raw lines of the evidence, people in them as roles, users as pseudonyms, secrets as their kinds. A saved book
    doesn't hold them: ``evidence`` is where it was made from; without it, rows name their lines and don't show them.
    """
    from minutebook.outputs.report import REPORT_WRITERS, write_report

    chosen = suffix or pick_suffix(cast(Evidence, path), REPORT_WRITERS)
    paths: list[Evidence] = _list_evidence(evidence)
    if not paths and not isinstance(what, Book | pd.DataFrame):
        given = _list_evidence(what)
        paths = [each for each in given if not books.is_book(each)]
    book = _book(what, **said)
    lines = _shown_lines(book, paths, _settings(None, said.get("config"))) if paths else None
    write_report(book, path, suffix=chosen, lines=lines, title=title)


def _shown_lines(book: Book, paths: Sequence[Evidence], settings: Config) -> dict[Any, Any]:
    """(source, line) → the raw lines that a report shows there: people as roles, users as pseudonyms, no secrets.

    A saved book knows neither the users' ids nor names, which the evidence is read for.
    """
    from minutebook.outputs.report import pick_references
    from minutebook.raw import find_lines

    hides, roles = book.redaction, book.roles
    if hides is None or roles is None:
        hides, roles = books.gather_redaction(paths, settings)
    found = find_lines(pick_references(book.timeline), paths, load_all(settings.formats).logs)
    named = {place: [hide_raw_names(line, roles) for line in text] for place, text in found.items()}
    shown = hides.hide_texts(line for text in named.values() for line in text)
    return {place: tuple(shown[line] for line in text) for place, text in named.items()}


def check(
    *evidence: Evidence,
    zone: str | None = None,
    since: When | None = None,
    until: When | None = None,
    engine: str | None = None,
    config: Config | str | PathLike[str] | None = None,
) -> pd.DataFrame:
    """How each source is read: a row a source with its format, score, runner-up, zone, lines and status."""
    settings = _settings(zone, config, since, until, engine)
    with open_engine(settings.engine, settings.scheduler) as opened:
        gathered = gather(evidence, settings, opened, refuse=False)
    ledger = make_ledger(
        gathered.accounts, gathered.clocks, gathered.services, gathered.copied, span=gathered.settled.span
    )
    frame = pd.DataFrame(ledger["sources"])
    frame.attrs["ledger"] = ledger
    return frame


def init(
    *evidence: Evidence, path: Evidence, zone: str | None = None, config: Config | str | PathLike[str] | None = None
) -> None:
    """Write a commented minutebook.toml of what was found in the evidence; as written, it changes nothing.

    Raises `MinutebookError` where ``path`` exists: what people wrote isn't written over.
    """
    from minutebook.outputs.atomic import open_target
    from minutebook.outputs.settings import draft_settings

    if Path(path).exists():
        raise MinutebookError("exists already", where=str(path), do="name another file")
    book = reconstruct(*evidence, zone=zone, config=config)
    with open_target(path) as stream:
        stream.write(draft_settings(book.ledger, book.impact).encode())


def formats(path: Evidence | None = None) -> pd.DataFrame:
    """The formats that are known: ``name, kind, title``; or, of a format file, how its samples fare.

    For a file: a row a sample with ``sample, as_stated, problem``.
    """
    from minutebook.exports import load_exports
    from minutebook.ownformats import is_export
    from minutebook.samples import try_export_samples, try_samples

    if path is not None:
        file = Path(path)
        return try_export_samples(load_exports([file])[0]) if is_export(file) else try_samples(load_formats([file])[0])
    logs = [(each.name, f"{each.kind} log", each.title) for each in load_formats()]
    exports = [(each.name, each.kind, each.title) for each in load_exports()]
    return pd.DataFrame(sorted(logs + exports), columns=["name", "kind", "title"])


def schema() -> pd.DataFrame:
    """The columns of the event frame: ``column, type, meaning``."""
    return pd.DataFrame([(c.name, c.dtype, c.meaning) for c in COLUMNS], columns=["column", "type", "meaning"])


def show(row: pd.Series | str, *evidence: Evidence, config: Config | str | PathLike[str] | None = None) -> ShownRecords:
    """The raw lines behind a row of the timeline or of the event frame, or behind ``source:line``.

    Gives `raw.RawRecord`\\ s, a list of source, line and the lines' text, which Jupyter shows as text. ``evidence`` is where the row came from.
    """
    from minutebook.raw import fetch_records, parse_references

    if isinstance(row, str):
        references = parse_references(row)
    elif isinstance(row.get("evidence"), str):
        references = parse_references(row["evidence"])
    elif "source" in row and "line" in row:
        # Where reading began in mid-file, a place is told by its bytes.
        line = BYTES + int(row["offset"]) if pd.isna(row["line"]) else int(row["line"])
        references = [(str(row["source"]), line)]
    else:
        raise MinutebookError(
            "the row has neither 'evidence' nor 'source' and 'line'",
            do="pass a row of the timeline",
        )
    return ShownRecords(fetch_records(references, evidence, load_all(_settings(None, config).formats).logs))


def _settings(
    zone: str | None,
    config: Config | str | PathLike[str] | None,
    since: When | None = None,
    until: When | None = None,
    engine: str | None = None,
) -> Config:
    made = config if isinstance(config, Config) else Config.load(Path(config)) if config is not None else Config()
    made = made.within(*(each.isoformat() if isinstance(each, datetime) else each for each in (since, until)))
    made = made.on(engine, None)
    return made.with_sources(("*", "zone", zone)) if zone else made


def _book(what: pd.DataFrame | Book | Evidence | Sequence[Evidence], *, every: bool = False, **said: Any) -> Book:
    """The book of whatever was handed in."""
    if isinstance(what, Book):
        if said.get("since") or said.get("until"):
            raise MinutebookError("a book can't be cut to a span", do="make it of the evidence with since and until")
        return what
    if isinstance(what, pd.DataFrame):
        settings = _settings(*(said.get(name) for name in ("zone", "config", "since", "until")))
        with start_threads() as pool:
            table = pick_span(to_table(what), settings)
            table = fill_users(table, find_owners(lambda function: [function(table)], settings.sli))
            summary = summarise_all([table], pool, settings.sli)
        key = _key_of(what, table)
        return books.make_book(summary, _resolutions(what), settings, _clock_errors(what), key=key, every=every)
    paths = _list_evidence(what)
    return reconstruct(*paths, every=every, **said)


def _list_evidence(given: Evidence | Sequence[Evidence]) -> list[Evidence]:
    if isinstance(given, str | PathLike) or is_remote(given):
        return [cast(Evidence, given)]
    return list(given)


def _key_of(events: pd.DataFrame, table: pa.Table) -> bytes:
    """The key of pseudonyms that `read` drew from the evidence, else one that whoever has the frame can draw."""
    if "key" in events.attrs:
        return bytes.fromhex(events.attrs["key"])
    content = hashlib.sha256()
    for name in ("time", "user", "message"):
        for buffer in table.column(name).cast(pa.string()).combine_chunks().buffers():
            content.update(buffer or b"")
    return draw_key([content.digest()])


def _clock_errors(events: pd.DataFrame) -> dict[str, float]:
    """Source → how far its clock may be off (s), as `read` found it."""
    sources = events.attrs.get("ledger", {}).get("sources", [])
    errors = {
        s["source"]: find_error_s(s["clock_offset_s"], s["clock_applied"], s["clock_spread_s"], s["clock_pairs"])
        for s in sources
    }
    return {source: error for source, error in errors.items() if error is not None}


def _resolutions(events: pd.DataFrame) -> dict[str, float]:
    """Source → resolution (s): as `read` found it, else as its stamps show it: whole seconds only are a second."""
    ledger = events.attrs.get("ledger")
    if ledger:
        return {source["source"]: source["resolution_s"] or 0.0 for source in ledger["sources"]}
    if "source" not in events or not len(events):
        return {}
    fraction = events["time"].dt.as_unit("us").astype("int64") % 1_000_000 != 0
    finer = fraction.groupby(events["source"].astype("str")).any()
    return {str(source): 0.001 if is_finer else 1.0 for source, is_finer in finer.items()}
