"""Commands by which a room agrees on the facts: freeze a book, verify it later, compare two."""

from __future__ import annotations

import sys

import click

from minutebook.cli.results import find_width, write_frame


@click.command()
@click.argument("book")
@click.option("--after", metavar="BOOK", help="A frozen book that this one succeeds.")
def freeze(book: str, after: str | None) -> None:
    """Pin a BOOK by the hashes of its sources, settings and files; prints the hash of the manifest.

    Write the hash into the postmortem: with it, anybody can `minutebook verify` the book, offline.

    Example: minutebook freeze book/
    """
    from minutebook.freezing import MANIFEST
    from minutebook.freezing import freeze as pin

    frozen = pin(book, after=after)
    sources, files = len(frozen.manifest["sources"]), len(frozen.manifest["files"])
    click.echo(frozen.sha256)
    state = "frozen" if frozen.is_new else "frozen before, and unchanged"
    follows = f", after {frozen.previous[:16]}" if frozen.previous else ""
    click.echo(f"{state}: {sources} sources, {files} files in {MANIFEST}{follows}", err=True)


@click.command()
@click.argument("book")
@click.argument("evidence", nargs=-1)
@click.option("-o", "--output", metavar="FILE", help="Write every row there; the suffix picks the writer, - is CSV.")
def verify(book: str, evidence: tuple[str, ...], output: str | None) -> None:
    """Whether a frozen BOOK is as it was, and the EVIDENCE too where it's given; names what isn't.

    Exit code 0 if all is the same, 3 if something differs.

    Example: minutebook verify book/ evidence/
    """
    from minutebook.freezing import find_changes
    from minutebook.freezing import verify as find
    from minutebook.outputs.terminal.listing import format_listing

    checked = find(book, evidence)
    if output:
        write_frame(checked, output)
    changes = find_changes(checked)
    newest = checked.loc[checked["what"].eq("manifest"), "name"].iloc[0]
    click.echo(f"manifest {newest}", err=output == "-")
    if len(changes):
        click.echo(format_listing(changes, find_width()), err=output == "-")
        sys.exit(3)
    counts = checked[checked["state"].eq("same")]["what"].value_counts()
    looked = f" and {counts['source']} sources" if "source" in counts else "; its sources were not looked at"
    click.echo(f"as frozen: {counts['file']} files{looked}", err=output == "-")


@click.command()
@click.argument("before")
@click.argument("after")
@click.option("-o", "--output", metavar="FILE", help="Write the rows there; the suffix picks the writer, - is CSV.")
def diff(before: str, after: str, output: str | None) -> None:
    """What differs between two books, row by row, and why: a source, a clock, a setting, the version.

    Exit code 0 if nothing does, 3 if something does.

    Example: minutebook diff book-monday/ book-friday/
    """
    from minutebook.differences import diff as find
    from minutebook.outputs.terminal.changes import format_changes

    changes = find(before, after)
    if output:
        write_frame(changes, output)
    else:
        click.echo(format_changes(changes, find_width()))
    if len(changes):
        sys.exit(3)
