"""results → where they belong: data to a file or stdout, the summary to stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from minutebook.cli.options import find_shown_zone, make_config
from minutebook.cli.streams import may_be_unread

if TYPE_CHECKING:
    import pandas as pd

    from minutebook.book import Book
    from minutebook.outputs.plots.pictures import Draw


def make_book(evidence: tuple[str, ...], every: bool = False, *, draw: Draw | None = None, **said: Any) -> Book:
    """The book of evidence, which ``draw`` draws, or a saved one, by the shared options."""
    from minutebook.verbs.given import read_book

    return read_book(evidence, make_config(**said), every=every, draw=draw)


def write_frame(frame: pd.DataFrame, output: str) -> None:
    """A frame to a file by its suffix, or as CSV to stdout."""
    from minutebook.outputs.tables import write_table

    if output == "-":
        write_table(frame, sys.stdout.buffer, suffix=".csv")
    else:
        write_table(frame, output)


def tell_summary(book: Book) -> None:
    """The summary and the first rejects on stderr, and exit code 3 where evidence was damaged."""
    from minutebook.outputs.terminal import format_rejects, format_summary, wants_colour

    width, colour = find_width(), wants_colour(sys.stderr)
    with may_be_unread():
        click.echo(
            format_summary(book.impact, book.ledger, book.minutes, zone=find_shown_zone(), width=width, colour=colour),
            err=True,
            nl=False,
        )
        click.echo(format_rejects(book.rejects, width=width), err=True, nl=False)
    if book.shortfalls:
        sys.exit(3)


def find_width() -> int:
    """Columns of the terminal; 80 where there is none."""
    import shutil

    return min(max(shutil.get_terminal_size((80, 24)).columns, 60), 120)
