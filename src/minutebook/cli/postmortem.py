"""Commands around the written postmortem: draft it, check its figures and its wording."""

from __future__ import annotations

import sys

import click

from minutebook.cli.results import find_width, write_frame
from minutebook.cli.streams import read_text
from minutebook.errors import MinutebookError


@click.command()
@click.argument("book")
@click.option(
    "-o", "--output", default="-", metavar="FILE", help="Where to; what people wrote there is kept. - is stdout."
)
def draft(book: str, output: str) -> None:
    """A postmortem in five parts from a saved BOOK: timeline and impact filled in, the rest left to people.

    Drafting into the same file again renews the facts and keeps everything that people wrote.

    Example: minutebook draft book/ -o postmortem.md
    """
    from minutebook.postmortem.draft import renew_draft

    text, notes = renew_draft(book, None if output == "-" else output)
    if output == "-":
        sys.stdout.buffer.write(text.encode("utf-8"))
    for note in notes:
        click.echo(f"{output}: {note}", err=True)


@click.command()
@click.argument("postmortem")
@click.argument("book")
@click.option("--all", "every", is_flag=True, help="Also what is supported.")
@click.option("-o", "--output", metavar="FILE", help="Write every claim there; the suffix picks the writer, - is CSV.")
def audit(postmortem: str, book: str, every: bool, output: str | None) -> None:
    """Whether the times, durations, counts and shares that POSTMORTEM states are those of BOOK.

    Each is supported, contradicted (by what, how far off), inconsistent with the document itself, or can't be told from
    this evidence. Exit code 0 if none is contradicted or inconsistent, else 3.

    Example: minutebook audit postmortem.md book/
    """
    from minutebook.outputs.terminal.listing import format_audit
    from minutebook.postmortem.audit import audit as hold
    from minutebook.postmortem.audit import find_wrong

    claims = hold(read_text(postmortem), book)
    if output:
        write_frame(claims, output)
    if output != "-":
        click.echo(format_audit(claims, postmortem, every, find_width()))
    if len(find_wrong(claims)):
        sys.exit(3)


@click.command()
@click.argument("postmortem")
@click.argument("evidence", nargs=-1)
@click.option("-o", "--output", metavar="FILE", help="Write the phrases there; the suffix picks the writer, - is CSV.")
def wording(postmortem: str, evidence: tuple[str, ...], output: str | None) -> None:
    """Phrases of POSTMORTEM that blame or know better in hindsight, each with what to say instead.

    With EVIDENCE, names of people in its records too. Exit code 0 if there's none, else 3.

    Example: minutebook wording postmortem.md evidence/
    """
    from minutebook.outputs.terminal.listing import format_findings
    from minutebook.postmortem.wording import wording as find
    from minutebook.verbs import reconstruct

    names = reconstruct(*evidence).roles if evidence else {}
    if names is None:
        raise MinutebookError("a saved book holds no names", where=evidence[0], do="name the evidence instead")
    found = find(read_text(postmortem), names)
    if output:
        write_frame(found, output)
    if output != "-":
        told = [
            (f"{postmortem}:{row.line}:{row.column}", f"{row.phrase} ({row.kind})", row.instead)
            for row in found.itertuples()
        ]
        click.echo("\n".join(format_findings(told, find_width())) or "No phrase that blames or knows better.")
    if len(found):
        sys.exit(3)
