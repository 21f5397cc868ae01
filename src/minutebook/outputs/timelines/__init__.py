"""a book's timeline → the formats of other tools: one file per tool; the writer is chosen here by name or suffix.

Most take the rows (`records`); calendars and dashboards take the impact's windows and milestones (`spans`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import TypeAlias

from minutebook.errors import MinutebookError, suggest
from minutebook.outputs import pick_suffix
from minutebook.outputs.atomic import Target
from minutebook.outputs.bookish import Bookish
from minutebook.outputs.tables import TABLE_WRITERS, write_table
from minutebook.outputs.timelines.ecs import write_ecs
from minutebook.outputs.timelines.excel import write_excel_csv
from minutebook.outputs.timelines.grafana import write_grafana
from minutebook.outputs.timelines.icalendar import write_icalendar
from minutebook.outputs.timelines.markdown import write_markdown
from minutebook.outputs.timelines.otlp import write_otlp
from minutebook.outputs.timelines.timesketch import write_timesketch_csv, write_timesketch_jsonlines

Writer: TypeAlias = Callable[[Bookish, Target], None]

#: Writers by name; ``ics`` and ``grafana`` have the impact's windows and milestones.
TIMELINE_WRITERS: Mapping[str, Writer] = {
    "markdown": write_markdown,
    "excel": write_excel_csv,
    "timesketch": write_timesketch_csv,
    "timesketch-jsonl": write_timesketch_jsonlines,
    "ecs": write_ecs,
    "otlp": write_otlp,
    "ics": write_icalendar,
    "grafana": write_grafana,
}
_BY_SUFFIX: Mapping[str, Writer] = {".md": write_markdown, ".ics": write_icalendar}


def pick_timeline_writer(target: Target, to: str | None = None) -> Writer:
    """The writer of that name, else by the suffix of a path; a stream gets CSV.

    Raises `MinutebookError` where there's none.
    """
    path = target if isinstance(target, str | os.PathLike) else "x.csv"
    if to is not None:
        if to not in TIMELINE_WRITERS:
            raise MinutebookError(f"nothing writes {to!r}", do=suggest(to, TIMELINE_WRITERS))
        is_lines = to == "timesketch" and PurePath(path).suffix.lower() in (".jsonl", ".ndjson")
        return TIMELINE_WRITERS["timesketch-jsonl" if is_lines else to]
    suffix = pick_suffix(path, {**TABLE_WRITERS, **_BY_SUFFIX})
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    return lambda book, place: write_table(book.timeline, place, suffix=suffix)
