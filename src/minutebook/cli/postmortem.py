"""Commands around the written postmortem: draft it, check its wording, its action items and its figures."""

from __future__ import annotations

import datetime
import sys
from typing import TYPE_CHECKING

import click

from minutebook.cli.results import find_width, write_frame
from minutebook.errors import MinutebookError

if TYPE_CHECKING:
    import pandas as pd


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
    from minutebook.outputs.listing import format_audit
    from minutebook.postmortem.audit import audit as hold
    from minutebook.postmortem.audit import find_wrong

    claims = hold(_read_text(postmortem), book)
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
    from minutebook.outputs.listing import format_findings
    from minutebook.postmortem.wording import wording as find
    from minutebook.verbs import reconstruct

    names = reconstruct(*evidence).roles if evidence else {}
    if names is None:
        raise MinutebookError("a saved book holds no names", where=evidence[0], do="name the evidence instead")
    found = find(_read_text(postmortem), names)
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


@click.group()
def actions() -> None:
    """Action items of a postmortem: check them, export them for a tracker, review what became of them.

    Example: minutebook actions check postmortem.md
    """


@actions.command()
@click.argument("postmortem")
@click.option("--year", type=int, help="Of due dates without one.")
@click.option("-o", "--output", metavar="FILE", help="Write every item and judgement there; - is CSV on stdout.")
def check(postmortem: str, year: int | None, output: str | None) -> None:
    """Whether each item of POSTMORTEM is specific, assigned and timeboxed; what isn't is told with its reason.

    Exit code 0 if all are, 3 if one isn't or there is none.

    Example: minutebook actions check postmortem.md
    """
    from minutebook.outputs.listing import format_findings

    items = _read_actions(postmortem, year)
    if output:
        write_frame(items, output)
    if output != "-":
        told = [(f"{postmortem}:{row.line}", row.action, row.why) for row in items[items["why"].ne("")].itertuples()]
        click.echo(
            "\n".join(
                [
                    *format_findings(told, find_width()),
                    f"{int(items['passes'].sum())} of {len(items)} action items are specific, assigned and timeboxed.",
                ]
            )
        )
    if not len(items) or not items["passes"].all():
        sys.exit(3)


@actions.command()
@click.argument("postmortem")
@click.option("--to", default="csv", show_default=True, metavar="NAME", help="csv, jira-csv, jira-json or github.")
@click.option("--label", default="postmortem", show_default=True, help="The label that all of them carry.")
@click.option("--project", default="", metavar="KEY", help="Jira's project, for jira-json.")
@click.option("--all", "every", is_flag=True, help="Also those that aren't specific, assigned and timeboxed.")
@click.option("--year", type=int, help="Of due dates without one.")
@click.option("-o", "--output", default="-", metavar="FILE", help="Where to; - is stdout.")
def export(postmortem: str, to: str, label: str, project: str, every: bool, year: int | None, output: str) -> None:
    """The action items of POSTMORTEM as a tracker takes them. Nothing is sent.

    jira-csv is for Jira's CSV import (dates yyyy-MM-dd), jira-json the body of POST /rest/api/2/issue/bulk, github a body
    of POST /repos/OWNER/REPO/issues a line.

    Example: minutebook actions export postmortem.md --to jira-csv -o import.csv
    """
    from minutebook.postmortem.tracking import export_actions

    items = _read_actions(postmortem, year)
    kept = items if every else items[items["passes"]]
    export_actions(
        kept,
        sys.stdout.buffer if output == "-" else output,
        to,
        label=label,
        project=project,
        text=_read_text(postmortem),
    )
    left = len(items) - len(kept)
    click.echo(
        f"{len(kept)} exported under {label}" + (f"; {left} left out: see `minutebook actions check`" if left else ""),
        err=True,
    )


@actions.command()
@click.argument("issues")
@click.option("--label", default="postmortem", show_default=True, help="Issues with this label; empty for all.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day of the review. Default: today.")
@click.option(
    "-o", "--output", metavar="FILE", help="Write the issues (csv, jsonl …) or the plot (svg, png, pdf) there."
)
def review(issues: str, label: str, today: datetime.datetime | None, output: str | None) -> None:
    """The weekly list from ISSUES, Jira's CSV export or search JSON: overdue, blocked, open, done, and completion.

    Example: minutebook actions review jira.csv --label postmortem -o completion.svg
    """
    from minutebook.outputs import FIGURE_FORMATS
    from minutebook.outputs.listing import format_review
    from minutebook.postmortem.review import count_weeks
    from minutebook.postmortem.review import review as read

    day = today.date() if today else datetime.date.today()
    found = read(_read_text(issues), today=day, label=label or None)
    weeks = count_weeks(found, today=day)
    if output and any(output.lower().endswith(suffix) for suffix in FIGURE_FORMATS):
        from minutebook.outputs.plots.completion import draw_completion
        from minutebook.outputs.plots.figures import save_figure

        save_figure(draw_completion(weeks), output)
    elif output:
        write_frame(found, output)
    if output != "-":
        click.echo(format_review(found, weeks, day.isoformat(), find_width()))


def _read_actions(postmortem: str, year: int | None) -> pd.DataFrame:
    from minutebook.postmortem.actions import actions as judge

    return judge(_read_text(postmortem), year=year)


def _read_text(path: str) -> str:
    """A document's text; `MinutebookError` where it can't be had."""
    from pathlib import Path

    try:
        return sys.stdin.buffer.read().decode("utf-8") if path == "-" else Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise MinutebookError(f"can't be read: {error.strerror}", where=path, do="name a document") from error
    except UnicodeDecodeError as error:
        raise MinutebookError("isn't UTF-8 text", where=path, do="save it as UTF-8") from error
