"""evidence → Book: the chain, called in order; on threads, with bounded memory."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from minutebook import __version__
from minutebook.assessment import Traffic, affected_users, measure_impact
from minutebook.chronology import make_timeline
from minutebook.engines import open_engine
from minutebook.errors import EvidenceError, MinutebookError
from minutebook.events import ARROW_SCHEMA, to_frame
from minutebook.gathering import Evidence, Gathered, gather
from minutebook.grid import make_minutes, tell_grid
from minutebook.ledger import find_shortfalls, make_ledger, make_ledger_of, make_rejects
from minutebook.machine.allocation import give_freed_memory_back
from minutebook.machine.beside import Call
from minutebook.machine.threads import start_threads
from minutebook.merging import merge_happenings, word_rollbacks
from minutebook.redaction import Redaction, draw_key, make_redaction, read_key
from minutebook.redaction.roles import find_roles, hide_names, name_roles
from minutebook.settings.config import Config
from minutebook.settings.objectives import read_objectives
from minutebook.sli import Sli, find_sli
from minutebook.sli.budget import spend_budget
from minutebook.sli.coverage import tell_coverage
from minutebook.sources.addresses import is_remote
from minutebook.summary import Summary
from minutebook.summary.judging import find_user
from minutebook.summary.versions import find_versions
from minutebook.traffic import make_traffic

#: Rows of these kinds come from records that name who did something.
NAMING_KINDS = ("deploy", "change", "alert", "incident", "note")
#: The frames of a book that are saved.
FRAMES = ("timeline", "minutes", "happenings", "messages")
#: What `save_book` writes into a folder.
FILES = (
    "timeline.csv", "timeline.parquet", "minutes.csv", "minutes.parquet", "happenings.csv", "happenings.parquet",
    "messages.csv", "messages.parquet", "rejects.csv", "impact.json", "impact.svg", "ledger.json",
)  # fmt: skip
_READ_AGAIN = (*(f"{name}.parquet" for name in FRAMES), "impact.json")


@dataclass(frozen=True)
class Book:
    """Everything about one incident: frames, impact and the ledger."""

    timeline: pd.DataFrame
    minutes: pd.DataFrame
    impact: dict[str, Any]
    ledger: dict[str, Any]
    happenings: pd.DataFrame
    #: How often the timeline's messages were written: minute, service, level, message, count.
    messages: pd.DataFrame
    users: pd.DataFrame = field(repr=False)
    #: Lines that became no event, as `ledger.make_rejects` gives them; empty in a saved book, which has a file of them.
    rejects: pd.DataFrame = field(default_factory=lambda: make_rejects([]), repr=False)
    #: Names of people, without case → their roles; None where a saved book doesn't tell. Never written.
    roles: Mapping[str, str] | None = field(default=None, repr=False)
    #: What hid users and secrets in all but `users`, which holds ids as logged; None in a saved book. Never written.
    redaction: Redaction | None = field(default=None, repr=False)
    #: Gives the picture that is being drawn of it, an SVG; None where nobody draws yet.
    picture: Callable[[], bytes] | None = field(default=None, repr=False)

    @property
    def shown_users(self) -> pd.DataFrame:
        """`users` as they may leave the machine: ids as pseudonyms, unless the book was made without redaction.

        Raises `MinutebookError` for a saved book, which holds no users at all: an empty list would be a wrong one.
        """
        if self.redaction is None:
            raise MinutebookError("a saved book doesn't hold users' ids", do="name the evidence that it was made from")
        return self.users.assign(user=self.redaction.hide_users(self.users["user"]))

    @property
    def shortfalls(self) -> list[str]:
        """What is damaged or missing in the evidence, in sentences; empty when it's complete."""
        return find_shortfalls(self.ledger)

    def _repr_html_(self) -> str:
        from minutebook.outputs.notebook import render_book

        return render_book(self.impact, self.ledger, self.minutes, self.timeline)


class Measured(NamedTuple):
    """What the requests say, before it's told in words."""

    happenings: pd.DataFrame
    merges: list[dict[str, Any]]
    names: Mapping[str, str]  #: of people, without case → their roles
    traffic: Traffic
    impact: dict[str, Any]
    minutes: pd.DataFrame
    notes: list[str]


def reconstruct(evidence: Sequence[Evidence], config: Config, *, every: bool = False, draw: Call | None = None) -> Book:
    """The book of some evidence: the whole chain. ``draw`` begins to draw it as soon as its figures are known."""
    with open_engine(config.engine, config.scheduler) as engine:
        gathered = gather(evidence, config, engine)
        give_freed_memory_back()
        summary = gathered.summarise(config)
    give_freed_memory_back()
    return make_book(
        summary, gathered.resolutions, config, gathered.clock_errors, gathered=gathered, every=every, draw=draw
    )


def make_book(
    summary: Summary,
    resolutions: Mapping[str, float],
    config: Config | None = None,
    clock_errors: Mapping[str, float] | None = None,
    *,
    gathered: Gathered | None = None,
    key: bytes | None = None,
    every: bool = False,
    draw: Call | None = None,
) -> Book:
    """Minutes, timeline, impact and ledger: functions of a Summary alone.

    ``key`` makes pseudonyms of users' ids where nothing was gathered and ``config`` names none.
    """
    settings = config or Config()
    sli = find_sli(summary, settings.sli)
    with start_threads(1) as pool:
        # Arrow finds all users while Python measures what hit them.
        hides = pool.submit(_make_redaction, summary, settings, gathered.key if gathered else key)
        measured = _measure(summary, sli, resolutions, settings, clock_errors or {})
        hide = hides.result()
    minutes, impact, happenings = _hide_figures(measured, hide)
    picture = draw(minutes, impact, happenings) if draw else None
    book = _tell(summary, sli, measured, resolutions, settings, gathered, every=every)
    return replace(_redact(book, hide), minutes=minutes, impact=impact, happenings=happenings, picture=picture)


def _measure(
    summary: Summary, sli: Sli, resolutions: Mapping[str, float], settings: Config, clock_errors: Mapping[str, float]
) -> Measured:
    rules = settings.sli
    observed = to_frame(summary.happenings)
    merged, merges = merge_happenings(observed)
    happenings = name_roles(word_rollbacks(merged, find_versions(summary)), observed)
    traffic = make_traffic(sli, happenings, resolutions, clock_errors, settings.clock_error_s)
    objectives = read_objectives(rules.objectives)
    slow_of = {each.service: each.over_s for each in objectives if each.over_s is not None}
    limits = {
        (service, operation): over
        for service, operation in sli.requests
        if (over := rules.slow_limit_s(operation) or slow_of.get(service)) is not None
    }
    if isinstance(rules.baseline, tuple) and not sli.has_minutes(*rules.baseline):
        raise MinutebookError("no evidence lies within it", where="[sli] baseline")
    impact = measure_impact(traffic, slow_over_s=limits, baseline=rules.baseline)
    impact["budget"] = spend_budget(objectives, impact, sli)
    impact["sli"] = {**rules.tell(), "layer": sli.layer}
    slow = {(each["service"], each["operation"]): each["over_s"] for each in impact["slow_over_s"]}
    minutes = make_minutes(sli, happenings, slow)
    notes = [f"{o.where}: {o.name}: {note}." for o in objectives for note in o.notes]
    return Measured(happenings, merges, find_roles(observed), traffic, impact, minutes, notes)


def _tell(
    summary: Summary, sli: Sli, measured: Measured, resolutions: Mapping[str, float], settings: Config,
    gathered: Gathered | None, *, every: bool,
) -> Book:  # fmt: skip
    """The book, nothing hidden in it yet."""
    happenings, merges, names, traffic, impact, minutes, apart = measured
    within = "the span that was asked for" if gathered and gathered.settled.span else "the evidence"
    told = make_timeline(summary, sli, happenings, impact, minutes, resolutions, every=every, within=within)
    notes = [*sli.assumptions, *tell_grid(sli), *told.notes, *apart]
    ledger = (
        make_ledger_of(gathered, merges, notes, summary.count_events())
        if gathered
        else make_ledger([], {}, {}, [], merges, notes)
    )
    ledger["coverage"] = tell_coverage(sli.groups)
    ledger["made_by"] = {"minutebook": __version__, "settings": {**settings.tell(), "every": every}}
    users = affected_users(traffic, impact)
    rejects = make_rejects(gathered.accounts if gathered else [])
    return Book(told.timeline, minutes, impact, ledger, happenings, told.messages, users, rejects, names)


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
    with open_engine(config.engine, config.scheduler) as engine:
        gathered = gather(evidence, config, engine, refuse=False)
        columns = [users for _, users in engine.map(lambda _, table: find_user(table, config.sli))]
        roles = find_roles(pick_happenings(gathered.tables()))
    keys = [config.sli.user or ""]
    return make_redaction(pick_key(config, gathered.key), columns, keys=keys, is_on=config.redact), roles


def _make_redaction(summary: Summary, config: Config, key: bytes | None) -> Redaction:
    tables = itertools.chain(summary.trial_tables(["user"]), (summary.failures, summary.happenings))
    names = (table.column("user") for table in tables)
    words = {str(each) for name in ("service", "host") for each in pc.unique(summary.coverage.column(name)).to_pylist()}
    return make_redaction(pick_key(config, key), names, words, [config.sli.user or ""], is_on=config.redact)


def _hide_figures(measured: Measured, hides: Redaction) -> tuple[pd.DataFrame, dict[str, Any], pd.DataFrame]:
    """Minutes, impact and happenings, which a picture shows, with users as pseudonyms and secrets as their kinds."""
    happenings = measured.happenings.assign(user=hides.hide_users(measured.happenings["user"]))
    return (
        hides.hide_columns(measured.minutes, ["operation"]),
        hides.hide_in(measured.impact),
        hides.hide_columns(happenings, ["message", "operation", "fields"]),
    )


def _redact(book: Book, hides: Redaction) -> Book:
    """The book with the same hidden in every other text; `Book.users` stays as logged."""
    told = book.timeline.assign(summary=_hide(book.timeline["summary"], book))
    settings = {**book.ledger["made_by"]["settings"], "key": hides.key_name}
    made_by = {**book.ledger["made_by"], "settings": settings}
    return replace(
        book,
        timeline=hides.hide_columns(told, ["summary"]),
        messages=hides.hide_columns(book.messages.assign(message=_hide(book.messages["message"], book)), ["message"]),
        rejects=hides.hide_columns(book.rejects, ["excerpt"]),
        ledger={**hides.hide_in(book.ledger), "made_by": made_by},
        redaction=hides,
    )


def _hide(texts: pd.Series, book: Book) -> pd.Series:
    """The texts with people's names as their roles."""
    named = {each: hide_names(each, book.roles or {}) for each in texts.dropna().unique()} if book.roles else {}
    return texts.map(named).astype("str") if any(text != name for text, name in named.items()) else texts


def save_book(book: Book, folder: Evidence) -> list[Path]:
    """Write a book into a folder (made if need be); gives the files, in the order they were written."""
    from minutebook.outputs import write_csv, write_json, write_parquet
    from minutebook.outputs.atomic import open_staged, replace_together

    # The ledger comes last and names the others, so that a folder with a ledger that fits is a whole book.
    with replace_together(folder, last="ledger.json") as place:

        def write(name: str, writer: Callable[..., None], what: object) -> None:
            with open_staged(place / name) as stream:
                writer(what, stream)

        for name in FRAMES:
            write(f"{name}.csv", write_csv, getattr(book, name))
            write(f"{name}.parquet", write_parquet, getattr(book, name))
        write("rejects.csv", write_csv, book.rejects)
        write("impact.json", write_json, book.impact)
        with open_staged(place / "impact.svg") as stream:
            stream.write(book.picture() if book.picture else _draw(book))
        hashes = {name: _hash(place / name) for name in FILES if name != "ledger.json"}
        write("ledger.json", write_json, {**book.ledger, "files": hashes})
    return [Path(folder) / name for name in FILES]


def _draw(book: Book) -> bytes:
    from minutebook.outputs.plots.overview import render_impact

    return render_impact(book.minutes, book.impact, book.happenings)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load_book(folder: Evidence) -> Book:
    """A saved book; raises `EvidenceError` where the folder holds none."""
    import json

    place = Path(folder)
    try:
        frames = {name: pd.read_parquet(place / f"{name}.parquet") for name in FRAMES}
        impact, ledger = (json.loads((place / f"{name}.json").read_text("utf-8")) for name in ("impact", "ledger"))
        files = ledger.pop("files", {})
        torn = [name for name in _READ_AGAIN if name in files and _hash(place / name) != files[name]]
        is_whole = not torn and isinstance(impact, dict) and "sources" in ledger
    except (OSError, ValueError, TypeError, AttributeError, RecursionError, pa.ArrowException) as error:
        raise _not_whole(folder) from error
    if not is_whole:
        raise _not_whole(folder)
    return Book(
        **frames,
        impact=impact,
        ledger=ledger,
        users=pd.DataFrame(columns=["window", "user", "state"]),
    )


def _not_whole(folder: Evidence) -> EvidenceError:
    return EvidenceError("holds no whole book", where=str(folder), do="run `minutebook reconstruct` again")


def open_book(path: Evidence) -> Book:
    """The book that a folder holds, else that of the evidence which lies there, read as the defaults read it."""
    return load_book(path) if is_book(path) else reconstruct([path], Config())


def is_book(path: Evidence) -> bool:
    """Whether a path is a folder that a book was saved in."""
    if is_remote(path):
        return False
    return (Path(path) / "ledger.json").is_file() and (Path(path) / "timeline.parquet").is_file()
