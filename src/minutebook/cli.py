"""The command: one short command a public verb. Data to stdout or ``-o``, the rest to stderr.

Exit codes: 0 complete; 2 refused, one line of error, nothing written; 3 done, but evidence was damaged or
over 5 % of a source was rejected; 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from minutebook.errors import MinutebookError

if TYPE_CHECKING:
    import pandas as pd

    from minutebook.book import Book
    from minutebook.config import Config


class Commands(click.Group):
    """Prints every refusal in one line and gives it its exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command."""
        try:
            return super().main(*args, **kwargs)
        except MinutebookError as error:
            from minutebook.outputs.inert import escape_controls

            click.echo(f"minutebook: {escape_controls(str(error))}", err=True)
            sys.exit(error.exit_code)
        except BrokenPipeError:
            # `| head` has seen enough.
            sys.stderr.close()
            sys.exit(0)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The command, or the nearest one's name in the error."""
        import difflib

        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            raise click.UsageError(
                f"{error.message} Did you mean {near[0]}?" if near else error.message, ctx
            ) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="minutebook")
def main() -> None:
    """Reconstruct the timeline of an incident from what it left behind.

    Application logs, deploy records and alert histories become one event frame, a minute-by-minute
    timeline, impact windows and counts of affected users. Facts and their evidence; no causes, no blame.

    \b
    minutebook reconstruct evidence/ -o book/     everything
    minutebook timeline evidence/ -o timeline.csv
    minutebook impact evidence/
    """


def takes_evidence(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that reads evidence."""
    for decorate in (
        click.option("--no-align", is_flag=True, help="Don't apply clock offsets that shared ids prove."),
        click.option("--config", metavar="TOML", help="Settings, as in minutebook.toml."),
        click.option(
            "--year",
            "years",
            multiple=True,
            metavar="[GLOB=]YEAR",
            help="Year of stamps without one.",
        ),
        click.option(
            "--format",
            "formats",
            multiple=True,
            metavar="[GLOB=]NAME",
            help="Format of such files; NAME.toml is one of your own.",
        ),
        click.option(
            "--zone",
            "zones",
            multiple=True,
            metavar="[GLOB=]ZONE",
            help="Zone of stamps without one.",
        ),
        click.argument("evidence", nargs=-1, required=True),
    ):
        command = decorate(command)
    return command


def writes(default: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option that says where a result goes."""
    return click.option(
        "-o",
        "--output",
        default="-",
        metavar="FILE",
        help=f"Where to: the suffix picks the writer; - is {default}.",
    )


def _config(
    zones: tuple[str, ...],
    formats: tuple[str, ...],
    years: tuple[str, ...],
    config: str | None,
    no_align: bool,
) -> Config:
    from dataclasses import replace
    from pathlib import Path

    from minutebook.config import Config

    made = Config.load(config) if config else Config()
    made = replace(made, align=made.align and not no_align)
    said: list[tuple[str, str, str | int]] = []
    own = [word.rpartition("=")[2] for word in formats if word.endswith(".toml")]
    made = replace(made, formats=[*own, *made.formats])
    for key, values in (("zone", zones), ("format", formats), ("year", years)):
        for value in values:
            glob, _, word = value.rpartition("=")
            if key == "year" and not word.isdigit():
                raise MinutebookError(f"no year: {word}", where="--year", do="write it as 2026")
            if key == "format" and word.endswith(".toml"):
                if not glob:
                    continue  # tried on all files, beside the built-in ones
                word = Path(word).stem
            said.append((glob or "*", key, int(word) if key == "year" else word))
    return made.with_sources(*said)


def _reconstruct(evidence: tuple[str, ...], every: bool = False, **said: Any) -> Book:
    from minutebook.verbs import reconstruct

    return reconstruct(*evidence, config=_config(**said), every=every)


def _write(frame: pd.DataFrame, output: str) -> None:
    from minutebook.outputs import write_table

    if output == "-":
        write_table(frame, sys.stdout.buffer, suffix=".csv")
    else:
        write_table(frame, output)


def _finish(book: Book) -> None:
    """The summary on stderr, and exit code 3 where evidence was damaged."""
    from minutebook.outputs.terminal import format_summary, wants_colour

    width, colour = _width(), wants_colour(sys.stderr)
    click.echo(format_summary(book.impact, book.ledger, book.minutes, width=width, colour=colour), err=True)
    if book.shortfalls:
        sys.exit(3)


def _width() -> int:
    """Columns of the terminal; 80 where there is none."""
    import shutil

    return min(max(shutil.get_terminal_size((80, 24)).columns, 60), 120)


@main.command()
@takes_evidence
@click.option("-o", "--output", default="book", show_default=True, metavar="FOLDER", help="The book's folder.")
@click.option("--users", metavar="FILE", help="Also write affected users (window,user,state) as CSV.")
@click.option("--all", "every", is_flag=True, help="Every minute of every message in the timeline.")
def reconstruct(evidence: tuple[str, ...], output: str, users: str | None, every: bool, **said: Any) -> None:
    """Write the whole book: timeline, minutes, impact, ledger and plot.

    Example: minutebook reconstruct evidence/ -o book/
    """
    from minutebook.book import save_book
    from minutebook.outputs import write_table

    book = _reconstruct(evidence, every, **said)
    save_book(book, output)
    if users:
        write_table(book.users, users)
    _finish(book)


@main.command()
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
    book = _reconstruct(evidence, every, **said)
    write(book, target)
    _finish(book)


@main.command()
@takes_evidence
@writes("CSV on stdout")
def minutes(evidence: tuple[str, ...], output: str, **said: Any) -> None:
    """Requests, failures, users and latency by minute and operation.

    Example: minutebook minutes evidence/ -o minutes.parquet
    """
    book = _reconstruct(evidence, **said)
    _write(book.minutes, output)
    _finish(book)


@main.command()
@takes_evidence
@click.option("-o", "--output", metavar="FILE", help="Write impact.json there; - is stdout. Default: a table.")
@click.option("--users", metavar="FILE", help="Also write affected users (window,user,state) as CSV.")
@click.option("--sensitivity", is_flag=True, help="Also how edges and users move with what was chosen.")
def impact(evidence: tuple[str, ...], output: str | None, users: str | None, sensitivity: bool, **said: Any) -> None:
    """Impact windows, affected users, milestones and durations.

    Example: minutebook impact evidence/ -o impact.json --users users.csv
    """
    from minutebook.outputs import write_json, write_table
    from minutebook.outputs.terminal import format_impact, format_sensitivity, wants_colour

    book = _reconstruct(evidence, **said)
    if output is None:
        click.echo(format_impact(book.impact, width=_width(), colour=wants_colour(sys.stdout)))
    else:
        write_json(book.impact, sys.stdout.buffer if output == "-" else output)
    if sensitivity:
        text = format_sensitivity(book.impact, width=_width(), colour=wants_colour(sys.stdout))
        click.echo(text, err=output == "-")
    if users:
        write_table(book.users, users)
    _finish(book)


@main.command()
@takes_evidence
@writes("CSV on stdout")
def events(evidence: tuple[str, ...], output: str, **said: Any) -> None:
    """Every event, in the columns of `minutebook schema`.

    Example: minutebook events evidence/ -o events.parquet
    """
    from minutebook.ledger import find_shortfalls
    from minutebook.verbs import read

    frame = read(*evidence, config=_config(**said))
    _write(frame, output)
    if find_shortfalls(frame.attrs["ledger"]):
        sys.exit(3)


@main.command()
@takes_evidence
@click.option(
    "-o",
    "--output",
    default="impact.svg",
    show_default=True,
    metavar="FILE",
    help="svg, png or pdf.",
)
@click.option("--show-zone", default="UTC", show_default=True, metavar="ZONE", help="Zone of the time axis.")
def plot(evidence: tuple[str, ...], output: str, show_zone: str, **said: Any) -> None:
    """Failures, users, alerts and deploys over time, as a picture.

    Example: minutebook plot evidence/ -o impact.svg
    """
    from minutebook.outputs import FIGURE_FORMATS, pick_suffix
    from minutebook.outputs.figure import save_figure
    from minutebook.verbs import plot as draw

    kind = "svg" if output == "-" else FIGURE_FORMATS[pick_suffix(output, FIGURE_FORMATS)]
    book = _reconstruct(evidence, **said)
    save_figure(draw(book, zone=show_zone), sys.stdout.buffer if output == "-" else output, kind)
    _finish(book)


@main.command()
@takes_evidence
@click.option("-o", "--output", default="report.html", show_default=True, metavar="FILE", help="html or md; - is HTML.")
@click.option("--title", default="", help="What to call the incident. Default: its day and services.")
@click.option("--evidence", "lines_of", multiple=True, metavar="PATH", help="Of a saved book: where its lines are.")
def report(evidence: tuple[str, ...], output: str, title: str, lines_of: tuple[str, ...], **said: Any) -> None:
    """The page to open first: completeness, impact, plot, timeline with its raw lines, ledger.

    Example: minutebook report evidence/ -o report.html
    """
    from minutebook.book import is_book
    from minutebook.outputs import pick_suffix
    from minutebook.outputs.report import REPORT_WRITERS
    from minutebook.verbs import report as write

    suffix = ".html" if output == "-" else pick_suffix(output, REPORT_WRITERS)
    config = _config(**said)
    book = _reconstruct(evidence, **said)
    paths = lines_of or [path for path in evidence if not is_book(path)]
    write(
        book, sys.stdout.buffer if output == "-" else output, title=title, evidence=paths, suffix=suffix, config=config
    )
    _finish(book)


@main.command()
@takes_evidence
def check(evidence: tuple[str, ...], **said: Any) -> None:
    """How each source would be read: format, runner-up, zone, lines, status.

    Example: minutebook check evidence/
    """
    from minutebook.ledger import find_shortfalls
    from minutebook.outputs.terminal import format_check, wants_colour
    from minutebook.verbs import check as find

    frame = find(*evidence, config=_config(**said))
    click.echo(format_check(frame.attrs["ledger"]["sources"], width=_width(), colour=wants_colour(sys.stdout)))
    if find_shortfalls(frame.attrs["ledger"]):
        sys.exit(3)


@main.command()
@click.argument("file", required=False)
def formats(file: str | None) -> None:
    """The formats that are known; or try a format FILE of your own on its samples.

    Example: minutebook formats my.toml
    """
    from minutebook.outputs.listing import format_listing
    from minutebook.verbs import formats as find

    frame = find(file)
    click.echo(format_listing(frame, _width()))
    if file and not frame["as_stated"].all():
        sys.exit(2)


@main.command()
def schema() -> None:
    """The columns of the event frame.

    Example: minutebook schema
    """
    from minutebook.outputs.listing import format_listing
    from minutebook.verbs import schema as find

    click.echo(format_listing(find(), _width()))


@main.command()
@click.argument("reference")
@click.argument("evidence", nargs=-1, required=True)
def show(reference: str, evidence: tuple[str, ...]) -> None:
    """The raw lines behind a REFERENCE (source:line), as the timeline's column `evidence` gives it.

    Example: minutebook show web-2.app.log:812 evidence/
    """
    from minutebook.outputs.inert import escape_controls
    from minutebook.verbs import show as find

    for record in find(reference, *evidence):
        for number, text in enumerate(record.text, record.line):
            click.echo(f"{escape_controls(record.source)}:{number}: {escape_controls(text)}")


if __name__ == "__main__":
    main()
