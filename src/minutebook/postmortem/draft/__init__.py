"""a book → the draft of its postmortem in Markdown: facts filled in, analysis left to people, ground rules on top.

The timeline, the impact and the facts below "contributing factors" are between marks and made anew with each draft; every
other line belongs to its author, and stays.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from minutebook.book import Book, open_book
from minutebook.errors import MinutebookError
from minutebook.freezing import find_changes, find_frozen, verify
from minutebook.ledger import find_shortfalls
from minutebook.outputs.atomic import open_target
from minutebook.outputs.bookish import Bookish
from minutebook.outputs.inert import escape_markdown
from minutebook.outputs.instants import format_days
from minutebook.outputs.wording.assumptions import tell_assumptions
from minutebook.outputs.wording.counts import as_whole, count_of
from minutebook.postmortem.document.regions import find_regions, mark_region, renew
from minutebook.postmortem.document.rows import Row, number_rows, print_rows, quote_cell
from minutebook.postmortem.draft import questions
from minutebook.postmortem.draft.factors import tell_factors
from minutebook.postmortem.draft.figures import (
    Figure,
    list_figures,
    list_milestones,
    list_totals,
    measured_windows,
    name_incident,
    tell_impact,
    title_window,
)

Place = str | PathLike[str]
#: Placeholder where nobody has written yet.
OPEN = "_Nobody has written this yet._"
NOT_FROZEN = "**These facts aren't frozen.**"
_UTC = datetime.UTC


def draft(book: Book | Place, path: Place | None = None) -> str:
    """The draft's text; with ``path`` it's written there, and what people wrote in an earlier draft there is kept.

    ``book`` is a book, its folder, or evidence; for a folder the draft says whether it's frozen. `renew_draft` also says
    what in an earlier draft to check by hand. Raises `MinutebookError` where ``path`` holds a text that is no draft.
    """
    return renew_draft(book, path)[0]


def renew_draft(book: Book | Place, path: Place | None = None) -> tuple[str, list[str]]:
    """The draft's text, and sentences on parts of an earlier draft that were edited by hand or lost their marks."""
    made = open_book(book) if isinstance(book, str | PathLike) else book
    status = _tell_status(made, book if isinstance(book, str | PathLike) else None)
    earlier = _read(path) if path is not None else None
    notes: list[str] = []
    if earlier is None:
        text = _write_whole(made, status)
    else:
        regions = find_regions(earlier)
        if not regions:
            raise MinutebookError("holds a text, and no draft of minutebook", where=str(path), do="name another file")
        numbered = regions["timeline"].lines if "timeline" in regions else ()
        text, notes = renew(earlier, _tell_facts(made, status, numbered))
    if path is not None:
        with open_target(path) as stream:
            stream.write(text.encode("utf-8"))
    return text, notes


def tell_document(book: Bookish, folder: Place | None, earlier: str = "") -> str:
    """A fresh draft with rows numbered as in an earlier one, for an audit to compare with."""
    regions = find_regions(earlier)
    return _write_whole(book, _tell_status(book, folder), regions["timeline"].lines if "timeline" in regions else ())


def _read(path: Place) -> str | None:
    place = Path(path)
    if not place.is_file() or not place.stat().st_size:
        return None
    try:
        return place.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MinutebookError("can't be read as UTF-8 text", where=str(path), do="name another file") from error


def _tell_facts(book: Bookish, status: list[str], earlier: Sequence[str] = ()) -> dict[str, list[str]]:
    """Region → its lines."""
    rows = number_rows(book.timeline, earlier)
    return {
        "status": status,
        "timeline": _tell_timeline(book, rows),
        "impact": _tell_impact(book, rows),
        "factors": [f"- {sentence}" for sentence in tell_factors(book, rows)] or ["Nothing in the evidence to offer."],
    }


def _write_whole(book: Bookish, status: list[str], numbered: Sequence[str] = ()) -> str:
    facts = {name: mark_region(name, lines) for name, lines in _tell_facts(book, status, numbered).items()}
    lines = [
        f"# Postmortem: {escape_markdown(name_incident(book))}", "", *facts["status"], "",
        "## Ground rules", "", *(f"- **{rule}** {meaning}" for rule, meaning in questions.GROUND_RULES), "", questions.ORDER, "",
        "## 1. Timeline", "", *facts["timeline"], "",
        "## 2. Impact", "", *facts["impact"], "",
        "## 3. Root cause", "", *_ask(*questions.ROOT_CAUSE), OPEN, "",
        "## 4. Contributing factors", "", *_ask(*questions.FACTORS), "Facts from the evidence:", "", *facts["factors"], "", OPEN, "",
        "## 5. Action items", "", *_ask(*questions.ACTIONS),
        "| Action | Owner | Due | Answers |", "|---|---|---|---|", "|  |  |  |  |", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _ask(meaning: str, asked: Iterable[str]) -> list[str]:
    return [meaning, "", *(f"- {question}" for question in asked), ""]


def _tell_status(book: Bookish, folder: Place | None) -> list[str]:
    """Whether the facts are frozen, and what they rest on."""
    sources = book.ledger.get("sources") or []
    lines = sum(as_whole(source.get("lines")) for source in sources)
    rests = f"> They rest on {count_of(len(sources), 'source')} with {count_of(lines, 'line')}, every one accounted for"
    short = find_shortfalls(book.ledger) if sources else []
    rests += f"; {count_of(len(short), 'source')} of them damaged or only partly understood." if short else "."
    frozen = find_frozen(folder) if folder is not None else None
    if frozen is None:
        return [
            f"> {NOT_FROZEN} They can still change; freeze them (`minutebook freeze`) and draft again before discussing why.",
            rests,
        ]
    if folder is not None and len(changes := find_changes(verify(folder))):
        changed = ", ".join(escape_markdown(name) for name in changes["name"])
        return [f"> {NOT_FROZEN} They changed after the freeze of `{frozen.sha256[:16]}`: {changed}.", rests]
    return [f"> The facts in this draft are frozen: manifest `{frozen.sha256}`; `minutebook verify` checks it.", rests]


def _tell_timeline(book: Bookish, rows: Sequence[Row]) -> list[str]:
    if not rows:
        return ["The timeline is empty."]
    span = format_days(rows[0].time, rows[-1].time, _UTC)
    return [f"{span}. Times are UTC.", "", *print_rows(rows, len(book.timeline) - len(rows))]


def _tell_impact(book: Bookish, rows: Sequence[Row]) -> list[str]:
    impact = book.impact
    rows_of = _find_rows(impact, rows)
    lines = [line for sentence in tell_impact(impact) for line in (escape_markdown(sentence), "")]
    windows = measured_windows(impact)
    for at, window in windows:
        lines += [
            f"### {escape_markdown(title_window(window, windows))}",
            "",
            *_tabulate(list_figures(impact, at, rows_of)),
            "",
        ]
    for heading, figures in (
        ("All windows together", list_totals(impact)),
        ("Milestones", list_milestones(impact, rows_of)),
    ):
        if table := _tabulate(figures):
            lines += [f"### {heading}", "", *table, ""]
    unknown = list(_tell_unknown(book))
    if unknown:
        lines += ["### What these figures rest on", "", *(f"- {escape_markdown(each)}" for each in unknown), ""]
    return lines[:-1]


def _tell_unknown(book: Bookish) -> Iterator[str]:
    yield from tell_assumptions(book.ledger)
    for each in book.impact.get("rejected") or ():
        yield f"Looked at, and not counted as impact: {each.get('service') or 'all services'} from {each.get('start')} to {each.get('end')}, {each.get('reason')}"


def _find_rows(impact: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, str]:
    """Figure → the row of the timeline that shows it."""
    found: dict[str, str] = {}
    milestones, windows = impact.get("milestones") or {}, measured_windows(impact)
    for at, window in windows:
        for edge, phase in (("start", "started"), ("end", "ended")):
            row = _find_row(rows, ("impact",), phase, window[edge])
            if row is None:
                continue
            found[f"{window['id']} {edge}"] = row.name
            # Of windows that begin at once, the first is the impact's start.
            if window[edge] == milestones.get(f"impact_{edge}") and (edge == "end" or at == windows[0][0]):
                found[f"impact_{edge}"] = row.name
    for milestone, phase in (("detected", "fired"), ("acknowledged", "acknowledged")):
        row = _find_row(rows, ("alert", "incident"), phase, milestones.get(milestone))
        if row is not None:
            found[milestone] = row.name
    return found


def _find_row(rows: Sequence[Row], kinds: Sequence[str], phase: str, time: object) -> Row | None:
    """The first row of one of the kinds, with that phase and time."""
    own = (row for row in rows if any(row.is_of(kind, phase) for kind in kinds))
    return next((row for row in own if _tell(row) == time), None)


def _refer(evidence: str) -> str:
    """Rows of the timeline by their number, other places as code."""
    return ", ".join(part if "/" not in part else quote_cell(part) for part in evidence.split(", "))


def _tell(row: Row) -> str:
    return row.time.tz_convert(_UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{row.time.microsecond // 1000:03d}Z"


def _tabulate(figures: Iterable[Figure]) -> list[str]:
    rows = [
        f"| {' | '.join(map(escape_markdown, (f.name, f.value, f.meaning)))} | {_refer(f.evidence)} |" for f in figures
    ]
    return ["| Figure | Value | Meaning | Evidence |", "|---|---|---|---|", *rows] if rows else []
