"""a book → the report that an incident commander opens first: HTML or Markdown, from the same facts.

Read in order: `facts` (a book → what the report says), `markup` (text → escaped HTML), `page` (facts → one
self-contained HTML file), `markdown` (facts → a page for a wiki).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from minutebook.outputs.atomic import Target, open_target
from minutebook.outputs.bookish import Bookish
from minutebook.outputs.report.facts import Facts, find_facts
from minutebook.outputs.report.facts.entries import Lines, pick_references
from minutebook.outputs.report.markdown import render_markdown
from minutebook.outputs.report.page import render_page

#: Suffix → what renders a report.
REPORT_WRITERS: Mapping[str, Callable[[Facts], str]] = {
    ".html": render_page, ".htm": render_page, ".md": render_markdown,
}  # fmt: skip


def write_report(book: Bookish, target: Target, *, suffix: str, lines: Lines | None = None, title: str = "") -> None:
    """Write the report of a book to a path or a stream; the same book and lines give the same bytes.

    ``lines``: (source, line) → the raw lines there; without it, rows name their evidence and don't show it.
    """
    text = REPORT_WRITERS[suffix](find_facts(book, lines, title))
    with open_target(target) as stream:
        stream.write(text.encode("utf-8"))


__all__ = ["REPORT_WRITERS", "Bookish", "Lines", "pick_references", "write_report"]
