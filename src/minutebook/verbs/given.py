"""what a verb was given → settings and a book: evidence is read, an event frame summarised, a book taken as it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias, cast

import pandas as pd

from minutebook import book as books
from minutebook.book import Book
from minutebook.engines.local import summarise_all
from minutebook.errors import MinutebookError
from minutebook.events import to_table
from minutebook.gathering import Evidence
from minutebook.gathering.joining import fill_users, find_owners, look
from minutebook.gathering.spans import pick_span
from minutebook.machine.threads import start_threads
from minutebook.outputs.plots.pictures import Draw
from minutebook.settings.config import Config
from minutebook.sources.addresses import is_remote
from minutebook.verbs.frames import find_clock_errors, find_key, find_resolutions

#: What verbs take: an event frame, a book, or paths of evidence or of a saved book.
Given: TypeAlias = pd.DataFrame | Book | Evidence | Sequence[Evidence]
#: Settings, or the path of a `minutebook.toml`.
Said: TypeAlias = Config | str | PathLike[str] | None
#: A time as people type it, or an instant; naive ones are in the stated zone of the evidence, else in UTC.
When: TypeAlias = str | datetime


def make_settings(
    zone: str | None = None,
    config: Said = None,
    since: When | None = None,
    until: When | None = None,
    engine: str | None = None,
) -> Config:
    """The settings in ``config``, overridden by the other arguments."""
    made = config if isinstance(config, Config) else Config.load(Path(config)) if config is not None else Config()
    made = made.within(*(each.isoformat() if isinstance(each, datetime) else each for each in (since, until)))
    made = made.on(engine, None)
    return made.with_sources(("*", "zone", zone)) if zone else made


def find_book(what: Given, *, every: bool = False, **said: Any) -> Book:
    """The book of whatever a verb was given."""
    if isinstance(what, Book):
        if said.get("since") or said.get("until"):
            raise MinutebookError("a book can't be cut to a span", do="make it of the evidence with since and until")
        return what
    if isinstance(what, pd.DataFrame):
        settings = make_settings(*(said.get(name) for name in ("zone", "config", "since", "until")))
        with start_threads() as pool:
            table = pick_span(to_table(what), settings)
            ownerless = [look(table, settings.sli).ownerless]
            table = fill_users(table, find_owners(lambda function: [function(table)], settings.sli, ownerless))
            summary = summarise_all([table], pool, settings.sli)
        key = find_key(what, table)
        return books.make_book(summary, find_resolutions(what), settings, find_clock_errors(what), key=key, every=every)
    return read_book(list_evidence(what), make_settings(**said), every=every)


def list_evidence(given: Evidence | Sequence[Evidence]) -> list[Evidence]:
    """The paths, of which one or several were given."""
    if isinstance(given, str | PathLike) or is_remote(given):
        return [cast(Evidence, given)]
    return list(given)


def read_book(evidence: Sequence[Evidence], settings: Config, *, every: bool = False, draw: Draw | None = None) -> Book:
    """The book made from evidence, which ``draw`` draws, or loaded where one saved book is given."""
    if len(evidence) == 1 and books.is_book(evidence[0]):
        if settings.since or settings.until:
            raise MinutebookError(
                "is a saved book, and can't be cut to a span", where=str(evidence[0]), do="name the evidence it's of"
            )
        return books.load_book(evidence[0])
    return books.reconstruct(evidence, settings, every=every, draw=draw)
