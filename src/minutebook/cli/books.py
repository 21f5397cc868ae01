"""A book or one part of it: reconstruct, timeline, minutes, impact, events."""

from __future__ import annotations

import sys
from typing import Any

import click

from minutebook.cli.options import find_shown_zone, make_config, takes_evidence, writes
from minutebook.cli.results import find_width, make_book, tell_summary, write_frame
from minutebook.errors import MinutebookError


@click.command()
@takes_evidence
@click.option("-o", "--output", default="book", show_default=True, metavar="FOLDER", help="The book's folder.")
@click.option("--users", metavar="FILE", help="Also write affected users (window,user,state) as CSV.")
@click.option("--all", "every", is_flag=True, help="Every minute of every message in the timeline.")
def reconstruct(evidence: tuple[str, ...], output: str, users: str | None, every: bool, **said: Any) -> None:
    """Write the whole book: timeline, minutes, impact, ledger and plot.

    Example: minutebook reconstruct evidence/ -o book/
    """
    from minutebook.machine.threads import import_ahead
    from minutebook.outputs.plots.overview.scene import Look
    from minutebook.outputs.plots.pictures import draws_beside

    if output == "-":
        raise MinutebookError("a book is a folder, which no pipe takes", do="name one with -o, or see `timeline -o -`")
    with draws_beside() as draw_in:
        from minutebook.book import save_book
        from minutebook.outputs.tables import write_table

        import_ahead("pyarrow.parquet")
        book = make_book(evidence, every, draw=draw_in(Look()), **said)
        save_book(book, output)
    if users:
        write_table(book.shown_users, users)
    tell_summary(book)


@click.command()
@takes_evidence
@writes("CSV on stdout")
@click.option("--all", "every", is_flag=True, help="Every minute of every message.")
@click.option(
    "--to", metavar="NAME", help="Another tool's shape: markdown, excel, timesketch, ecs, otlp, ics, grafana."
)
def timeline(evidence: tuple[str, ...], output: str, every: bool, to: str | None, **said: Any) -> None:
    """What changed, in order, each row with its evidence.

    Suffixes: csv, parquet, jsonl, json, md, ics. With --to ics or grafana: the windows and milestones.

    Example: minutebook timeline evidence/ -o timeline.csv
    """
    from minutebook.outputs.timelines import pick_timeline_writer

    target: Any = sys.stdout.buffer if output == "-" else output
    write = pick_timeline_writer(target, to)
    book = make_book(evidence, every, **said)
    write(book, target)
    tell_summary(book)


@click.command()
@takes_evidence
@writes("CSV on stdout")
def minutes(evidence: tuple[str, ...], output: str, **said: Any) -> None:
    """Requests, failures, users and latency by minute and operation.

    Example: minutebook minutes evidence/ -o minutes.parquet
    """
    book = make_book(evidence, **said)
    write_frame(book.minutes, output)
    tell_summary(book)


@click.command()
@takes_evidence
@click.option("-o", "--output", metavar="FILE", help="Write impact.json there; - is stdout. Default: a table.")
@click.option("--users", metavar="FILE", help="Also write affected users (window,user,state) as CSV.")
@click.option("--sensitivity", is_flag=True, help="Also how edges and users move with what was chosen.")
def impact(evidence: tuple[str, ...], output: str | None, users: str | None, sensitivity: bool, **said: Any) -> None:
    """Impact windows, affected users, milestones and durations.

    Example: minutebook impact evidence/ -o impact.json --users users.csv
    """
    from minutebook.outputs.json import write_json
    from minutebook.outputs.tables import write_table
    from minutebook.outputs.terminal import format_impact, format_sensitivity, wants_colour

    book = make_book(evidence, **said)
    if output is None:
        colour = wants_colour(sys.stdout)
        click.echo(format_impact(book.impact, zone=find_shown_zone(), width=find_width(), colour=colour))
    else:
        write_json(book.impact, sys.stdout.buffer if output == "-" else output)
    if sensitivity:
        text = format_sensitivity(book.impact, width=find_width(), colour=wants_colour(sys.stdout))
        click.echo(text, err=output == "-")
    if users:
        write_table(book.shown_users, users)
    tell_summary(book)


@click.command()
@takes_evidence
@writes("CSV on stdout")
def events(evidence: tuple[str, ...], output: str, **said: Any) -> None:
    """Every event, in the columns of `minutebook schema`.

    Example: minutebook events evidence/ -o events.parquet
    """
    from minutebook.ledger import find_shortfalls
    from minutebook.verbs import read, redact

    config = make_config(**said)
    frame = read(*evidence, config=config)
    write_frame(redact(frame, config=config), output)
    if find_shortfalls(frame.attrs["ledger"]):
        sys.exit(3)
