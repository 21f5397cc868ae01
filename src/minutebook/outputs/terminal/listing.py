"""small frames and findings → text for a terminal: aligned columns, places with remarks, lists."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

import pandas as pd

from minutebook.outputs.inert import escape_invisible, measure_width


def format_listing(frame: pd.DataFrame, width: int = 80) -> str:
    """The frame's cells as text under their names; text from evidence is inert."""
    names = [str(name) for name in frame.columns]
    rows = [
        [escape_invisible("" if pd.isna(cell) else str(cell)) for cell in row] for row in frame.itertuples(index=False)
    ]
    widths = [max(measure_width(row[i]) for row in [names, *rows]) for i in range(len(names) - 1)]
    indent = sum(widths) + 2 * len(widths)
    lines = []
    for row in [names, *rows]:
        head = "".join(cell + " " * (size - measure_width(cell) + 2) for cell, size in zip(row, widths, strict=False))
        wrapped = textwrap.wrap(row[-1], max(width - indent, 24)) or [""]
        lines += [(head + wrapped[0]).rstrip(), *(" " * indent + part for part in wrapped[1:])]
    return "\n".join(lines)


def format_findings(findings: Iterable[tuple[str, str, str]], width: int = 80) -> list[str]:
    """(place, text there, remark) → lines that editors and people can read."""
    lines = []
    for place, text, said in findings:
        lines += textwrap.wrap(escape_invisible(f"{place}: {text}"), width, subsequent_indent="    ")
        lines += textwrap.wrap(escape_invisible(said), width, initial_indent="  → ", subsequent_indent="    ")
    return lines


def format_review(issues: pd.DataFrame, weeks: pd.DataFrame, day: str, width: int = 80) -> str:
    """The weekly list: a paragraph per state, the most pressing first, then completion by week."""
    counts = issues["state"].value_counts()
    kept, done = len(issues) - counts.get("dropped", 0), counts.get("done", 0)
    lines = [f"Review of {day}: {done} of {kept} done" + (f" ({done / kept:.0%})" if kept else "")]
    for state in ("overdue", "blocked", "open", "done", "dropped"):
        group = issues[issues["state"].eq(state)]
        if not len(group):
            continue
        lines += ["", f"{state.capitalize()} ({len(group)})"]
        for row in group.to_dict("records"):
            beside = ", ".join(
                str(row[name]) for name in ("assignee", "why") if isinstance(row[name], str) and row[name]
            )
            due = f"due {row['due']}" if isinstance(row["due"], str) and state not in ("done", "dropped") else ""
            told = f"{'! ' if row['escalate'] else '  '}{row['key']} {row['summary']}" + "".join(
                f" · {each}" for each in (due, beside) if each
            )
            lines += textwrap.wrap(escape_invisible(told), width, subsequent_indent="      ", drop_whitespace=True)
    if issues["escalate"].any():
        lines += ["", "! blocked or overdue for more than a week: escalate."]
    lines += ["", "Completion by week"]
    lines += [
        f"  {week.week}  {week.done:>3} of {week.items:>3}  {'█' * round(week.ratio * 20) if week.items else '':<20}  {week.ratio:.0%}"
        for week in weeks.itertuples()
    ]
    return "\n".join(lines)


def format_audit(claims: pd.DataFrame, document: str, every: bool, width: int = 80) -> str:
    """The verdicts of an audit, what is wrong first, then counts; supported ones only with ``every``."""
    lines = []
    for verdict in ("contradicted", "inconsistent", "can't tell", "supported"):
        for row in claims[claims["verdict"].eq(verdict)].to_dict("records"):
            if verdict == "supported" and not every:
                continue
            about = f" ({row['about']})" if row["about"] else ""
            said = verdict + (f": {row['found']}" if row["found"] else "") + (f", {row['off']}" if row["off"] else "")
            said += (f" [{row['by']}]" if row["by"] else "") + (f"; {row['why']}" if row["why"] else "")
            lines += format_findings(
                [(f"{document}:{row['line']}:{row['column']}", f"{row['kind']} {row['stated']}{about}", said)], width
            )
    counts = claims["verdict"].value_counts()
    told = ", ".join(
        f"{counts.get(verdict, 0)} {verdict}" for verdict in ("supported", "contradicted", "inconsistent", "can't tell")
    )
    return "\n".join([*lines, f"{len(claims)} claims: {told}."])
