"""Commands for a postmortem's action items: check them, export them for a tracker, review what became of them."""

from __future__ import annotations

import datetime
import sys
from typing import TYPE_CHECKING

import click

from minutebook.cli.results import find_width, write_frame
from minutebook.cli.streams import read_text

if TYPE_CHECKING:
    import pandas as pd


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
    from minutebook.outputs.terminal.listing import format_findings

    items = _read_actions(postmortem, year)
    if output:
        write_frame(items, output)
    if output != "-":
        told = [(f"{postmortem}:{row.line}", row.action, row.why) for row in items[items["why"].ne("")].itertuples()]
        passing = f"{int(items['passes'].sum())} of {len(items)} action items are specific, assigned and timeboxed."
        click.echo("\n".join([*format_findings(told, find_width()), passing]))
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
    from minutebook.postmortem.actions.tracking import export_actions

    items = _read_actions(postmortem, year)
    kept = items if every else items[items["passes"]]
    target = sys.stdout.buffer if output == "-" else output
    export_actions(kept, target, to, label=label, project=project, text=read_text(postmortem))
    left = len(items) - len(kept)
    left_out = f"; {left} left out: see `minutebook actions check`" if left else ""
    click.echo(f"{len(kept)} exported under {label}{left_out}", err=True)


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
    from minutebook.outputs.terminal.listing import format_review
    from minutebook.postmortem.actions.review import count_weeks
    from minutebook.postmortem.actions.review import review as read

    day = today.date() if today else datetime.date.today()
    found = read(read_text(issues), today=day, label=label or None)
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

    return judge(read_text(postmortem), year=year)
