"""a book → the same with users as pseudonyms, people as roles and secrets as their kinds, in every text."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.book.whole import Book
from minutebook.engines import open_engine
from minutebook.events import ARROW_SCHEMA, to_frame
from minutebook.gathering import Evidence, gather
from minutebook.redaction import Redaction, draw_key, make_redaction, read_key
from minutebook.redaction.roles import find_roles, hide_names
from minutebook.settings.config import Config
from minutebook.summary import Summary
from minutebook.summary.judging import find_user

#: Kinds of events whose records name who did something.
NAMING_KINDS = ("deploy", "change", "alert", "incident", "note")


def pick_key(config: Config, drawn: bytes | None) -> bytes:
    """The key of pseudonyms: that of the settings, else the drawn one, else a random one."""
    return read_key(config.key) if config.key else drawn or draw_key([])


def pick_happenings(tables: Iterable[pa.Table]) -> pd.DataFrame:
    """The deploys, changes, alerts, incidents and notes among some events."""
    kinds = pa.array(NAMING_KINDS)
    picked = [table.filter(pc.is_in(table.column("kind").cast(pa.string()), kinds)) for table in tables]
    return to_frame(pa.concat_tables([ARROW_SCHEMA.empty_table(), *picked]).unify_dictionaries())


def gather_redaction(evidence: Sequence[Evidence], config: Config) -> tuple[Redaction, Mapping[str, str]]:
    """What hides the users of some evidence, and the roles of its people; the evidence is read for both."""
    with open_engine(config.engine, config.scheduler) as engine:
        gathered = gather(evidence, config, engine, refuse=False)
        columns = [users for _, users in engine.map(lambda _, table: find_user(table, config.sli))]
        roles = find_roles(pick_happenings(gathered.tables()))
    keys = [config.sli.user or ""]
    return make_redaction(pick_key(config, gathered.key), columns, keys=keys, is_on=config.redact), roles


def prepare_redaction(summary: Summary, config: Config, key: bytes | None) -> Redaction:
    """What hides the users that a Summary names."""
    tables = itertools.chain(summary.trial_tables(["user"]), (summary.failures, summary.happenings))
    names = (table.column("user") for table in tables)
    words = {str(each) for name in ("service", "host") for each in pc.unique(summary.coverage.column(name)).to_pylist()}
    return make_redaction(pick_key(config, key), names, words, [config.sli.user or ""], is_on=config.redact)


def hide_figures(
    minutes: pd.DataFrame, impact: Mapping[str, Any], happenings: pd.DataFrame, hides: Redaction
) -> tuple[pd.DataFrame, dict[str, Any], pd.DataFrame]:
    """All that a picture shows, with users as pseudonyms and secrets as their kinds."""
    named = happenings.assign(user=hides.hide_users(happenings["user"]))
    return (
        hides.hide_columns(minutes, ["operation"]),
        hides.hide_in(impact),
        hides.hide_columns(named, ["message", "operation", "fields"]),
    )


def hide_texts(book: Book, hides: Redaction) -> Book:
    """The book with every other text redacted too; only `Book.users` stays as logged."""
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
