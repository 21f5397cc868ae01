"""evidence, an event frame or a book → a plot, or a report with the raw lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pandas as pd

from minutebook import book as books
from minutebook.book import Book
from minutebook.detection.ownformats import load_all
from minutebook.gathering import Evidence
from minutebook.outputs import pick_suffix
from minutebook.outputs.atomic import Target
from minutebook.redaction.roles import hide_raw_names
from minutebook.settings.config import Config
from minutebook.verbs.given import Given, find_book, list_evidence, make_settings


def plot(what: Given, view: str = "overview", *, axes: Any = None, zone: str = "UTC", **said: Any) -> Any:
    """Errors and traffic by minute, affected users, alerts and deploys, the window shaded, gaps hatched.

    Other views: ``errors`` (against the usual), ``users`` (per minute and so far), ``latency``, ``lanes`` (deploys and
    alerts), ``coverage`` (what couldn't be seen), ``messages`` (small multiples), ``deploys`` (before and after).
    Gives a matplotlib Figure; or draws onto ``axes``, one per panel of the view (the overview has three), and gives them
    back. ``zone`` is for display.
    """
    from minutebook.outputs.plots import draw_plot

    return draw_plot(find_book(what, **said), view, zone=zone, axes=axes)


def report(
    what: Given,
    path: Target,
    *,
    title: str = "",
    evidence: Evidence | Sequence[Evidence] = (),
    suffix: str | None = None,
    **said: Any,
) -> None:
    """Write the report of a book or of evidence: one HTML or Markdown file, by the suffix of ``path``.

    It shows raw lines of the evidence, with people as roles, users as pseudonyms and secrets as their kinds. A saved book
    doesn't hold them: pass the ``evidence`` that it was made from, or rows only name their lines.
    """
    from minutebook.outputs.report import REPORT_WRITERS, write_report

    chosen = suffix or pick_suffix(cast(Evidence, path), REPORT_WRITERS)
    paths: list[Evidence] = list_evidence(evidence)
    if not paths and not isinstance(what, Book | pd.DataFrame):
        given = list_evidence(what)
        paths = [each for each in given if not books.is_book(each)]
    book = find_book(what, **said)
    lines = _shown_lines(book, paths, make_settings(None, said.get("config"))) if paths else None
    write_report(book, path, suffix=chosen, lines=lines, title=title)


def _shown_lines(book: Book, paths: Sequence[Evidence], settings: Config) -> dict[Any, Any]:
    """(source, line) → the raw lines that a report shows there, redacted.

    A saved book holds neither users' ids nor people's names, so the evidence is read for them.
    """
    from minutebook.outputs.report import pick_references
    from minutebook.reading.raw import find_lines

    hides, roles = book.redaction, book.roles
    if hides is None or roles is None:
        hides, roles = books.gather_redaction(paths, settings)
    found = find_lines(pick_references(book.timeline), paths, load_all(settings.formats).logs)
    named = {place: [hide_raw_names(line, roles) for line in text] for place, text in found.items()}
    shown = hides.hide_texts(line for text in named.values() for line in text)
    return {place: tuple(shown[line] for line in text) for place, text in named.items()}
