"""What people look at: plot, report."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import Any

import click

from minutebook.cli.options import find_shown_zone, make_config, takes_evidence
from minutebook.cli.results import make_book, tell_summary


@click.command()
@takes_evidence
@click.option(
    "-o",
    "--output",
    default="impact.svg",
    show_default=True,
    metavar="FILE",
    help="svg, png or pdf.",
)
@click.option(
    "--view",
    default="overview",
    show_default=True,
    metavar="NAME",
    help="Or errors, users, latency, lanes, coverage, messages, deploys.",
)
def plot(evidence: tuple[str, ...], output: str, view: str, **said: Any) -> None:
    """Failures, users, alerts and deploys over time, as a picture.

    Example: minutebook plot evidence/ --view coverage -o coverage.svg
    """
    from minutebook.outputs import FIGURE_FORMATS, pick_suffix
    from minutebook.outputs.atomic import open_target
    from minutebook.outputs.plots import draw_plot
    from minutebook.outputs.plots.figures import render
    from minutebook.outputs.plots.overview.scene import Look
    from minutebook.outputs.plots.pictures import draws_beside, take_picture

    kind = "svg" if output == "-" else FIGURE_FORMATS[pick_suffix(output, FIGURE_FORMATS)]
    look = Look(zone=find_shown_zone(), format=kind)
    if view == "overview":
        with draws_beside() as draw_in:
            book = make_book(evidence, draw=draw_in(look), **said)
            picture = take_picture(book, look)
    else:
        book = make_book(evidence, **said)
        picture = render(draw_plot(book, view, zone=look.zone), kind)
    with open_target(sys.stdout.buffer if output == "-" else output) as stream:
        stream.write(picture)
    tell_summary(book)


@click.command()
@takes_evidence
@click.option("-o", "--output", default="report.html", show_default=True, metavar="FILE", help="html or md; - is HTML.")
@click.option("--title", default="", help="What to call the incident. Default: its day and services.")
@click.option("--evidence", "lines_of", multiple=True, metavar="PATH", help="Of a saved book: where its lines are.")
def report(evidence: tuple[str, ...], output: str, title: str, lines_of: tuple[str, ...], **said: Any) -> None:
    """The page to open first: completeness, impact, plot, timeline with its raw lines, ledger.

    Example: minutebook report evidence/ -o report.html
    """
    from minutebook.outputs.plots.pictures import draws_beside

    has_picture = not output.lower().endswith(".md")
    with draws_beside() if has_picture else nullcontext() as draw_in:
        from minutebook.book import is_book
        from minutebook.outputs import pick_suffix
        from minutebook.outputs.report import REPORT_WRITERS
        from minutebook.outputs.report.page.plot import LOOKS
        from minutebook.verbs import report as write

        suffix = ".html" if output == "-" else pick_suffix(output, REPORT_WRITERS)
        config = make_config(**said)
        book = make_book(evidence, draw=draw_in and draw_in(*LOOKS.values()), **said)
        paths = lines_of or [path for path in evidence if not is_book(path)]
        target = sys.stdout.buffer if output == "-" else output
        write(book, target, title=title, evidence=paths, suffix=suffix, config=config)
    tell_summary(book)
