"""What is known of evidence, formats and columns: check, init, formats, schema, show."""

from __future__ import annotations

import sys
from typing import Any

import click

from minutebook.cli.options import find_shown_zone, make_config, takes_evidence
from minutebook.cli.results import find_width


@click.command()
@takes_evidence
def check(evidence: tuple[str, ...], **said: Any) -> None:
    """How each source would be read: format, runner-up, zone, lines, status.

    Example: minutebook check evidence/
    """
    from minutebook.ledger import find_shortfalls
    from minutebook.outputs.terminal import format_check, wants_colour
    from minutebook.verbs import check as find

    frame = find(*evidence, config=make_config(**said))
    sources, colour = frame.attrs["ledger"]["sources"], wants_colour(sys.stdout)
    click.echo(format_check(sources, zone=find_shown_zone(), width=find_width(), colour=colour))
    if find_shortfalls(frame.attrs["ledger"]):
        sys.exit(3)


@click.command()
@takes_evidence
@click.option(
    "-o", "--output", default="minutebook.toml", show_default=True, metavar="FILE", help="A new file; - is stdout."
)
def init(evidence: tuple[str, ...], output: str, **said: Any) -> None:
    """Write a commented settings file of what was found, for you to correct.

    Example: minutebook init evidence/ -o minutebook.toml
    """
    from minutebook.verbs import init as write

    target: Any = sys.stdout.buffer if output == "-" else output
    write(*evidence, path=target, config=make_config(**said))
    if output != "-":
        click.echo(f"wrote {output}: every line of it a comment, so nothing changes until you take a # away", err=True)


@click.command()
@click.argument("file", required=False)
def formats(file: str | None) -> None:
    """The formats that are known; or try a format FILE of your own on its samples.

    Example: minutebook formats my.toml
    """
    from minutebook.outputs.terminal.listing import format_listing
    from minutebook.verbs import formats as find

    frame = find(file)
    click.echo(format_listing(frame, find_width()))
    if file and not frame["as_stated"].all():
        sys.exit(2)


@click.command()
def schema() -> None:
    """The columns of the event frame.

    Example: minutebook schema
    """
    from minutebook.outputs.terminal.listing import format_listing
    from minutebook.verbs import schema as find

    click.echo(format_listing(find(), find_width()))


@click.command()
@click.argument("reference")
@click.argument("evidence", nargs=-1, required=True)
@click.option("--no-redact", is_flag=True, help="Secrets as logged.")
def show(reference: str, evidence: tuple[str, ...], no_redact: bool) -> None:
    """The raw lines behind a REFERENCE (source:line), as the timeline's column `evidence` gives it.

    As they were logged, names and all, but for secrets, which only --no-redact shows.

    Example: minutebook show web-2.app.log:812 evidence/
    """
    from minutebook.outputs.inert import escape_controls
    from minutebook.redaction import hide_secrets
    from minutebook.sources.places import BYTES, name_place
    from minutebook.verbs import show as find

    for record in find(reference, *evidence):
        for number, text in enumerate(record.text, record.line):
            shown = text if no_redact else hide_secrets(text)
            place = name_place(record.source, number if record.line < BYTES else record.line)
            click.echo(f"{escape_controls(place)}: {escape_controls(shown)}")
