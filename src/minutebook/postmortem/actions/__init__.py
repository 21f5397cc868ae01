"""a written postmortem → its action items, each judged: specific, assigned, timeboxed, and which rows it answers.

They are read from the table under "action items" (or any table with an action and an owner or a date), else from the list
there. Nothing is rewritten: each judgement comes with its reason, and people decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pandas as pd

from minutebook.postmortem.actions.deadlines import read_deadline
from minutebook.postmortem.actions.outcomes import judge_outcome
from minutebook.postmortem.actions.words import TIMEBOX
from minutebook.postmortem.document.rows import read_rows
from minutebook.postmortem.document.tables import find_tables, mask_code, read_plain

#: ``line`` counts from 1; ``due_date`` is a day (ISO) or null; ``passes`` is specific, assigned, timeboxed and no unknown row.
COLUMNS = (
    "line",
    "action",
    "owner",
    "due",
    "due_date",
    "answers",
    "specific",
    "assigned",
    "timeboxed",
    "tied",
    "passes",
    "why",
)

_HEADS = {
    "action": r"action|task|to-?do|remediation|follow-?up|improvement|measure|what|item|description",
    "owner": r"owner|assignee|assigned|responsible|who|dri|team|lead",
    "due": r"due|deadline|date|when|time-?box|target|eta|sprint|timeline",
    "answers": r"answers?|ties|tied|rows?|addresses|evidence|refs?|references",
}
_SECTION = re.compile(r"(?i)action items?|follow-?ups?|remediation|next steps|corrective|preventive|to-?dos?")
_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.*)$")
_BULLET = re.compile(r"^\s{0,6}(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?(?P<text>\S.*)$")
_NOBODY = re.compile(
    r"(?i)^\W*(?:tbd|tbc|tba|none|nobody|no one|n/?a|unassigned|unknown|open|\?+|everyone|everybody|all|anyone"
    r"|anybody|someone|somebody|whoever\b.*|(?:the|our|whole|all|entire)?\s*"
    r"(?:teams?|group|org(?:anisation|anization)?|company|department|people|staff|us|we|engineers|developers|devs)"
    r"|various|multiple|volunteers?(?: needed)?|to be .*|not (?:yet )?(?:assigned|decided).*|needs? (?:an )?owner.*"
    r"|owner)?\W*$"
)
_INLINE_OWNER = re.compile(
    r"(?i)(?:\bowner|\bassignee|\bassigned to|\bDRI)\s*[:=]?\s*(?P<a>@?[\w .&/-]+?)(?=[,;)\]|]|\s+(?:by|due)\b|$)"
    r"|(?<![\w.])(?P<b>@[\w./-]+)|\((?P<c>[A-Z@][\w .&/-]*?),\s*(?:by\s+|due\s+)?[\w /.-]*\d[^)]*\)"
)
_INLINE_DUE = re.compile(
    r"(?i)\b(?:due|by|deadline)\s*[:=]?\s*(?P<a>[\w ,./-]*?\d[\w ,./-]*?)(?=[;)\]|]|$)"
    r"|\([^()]*?,\s*(?P<b>[^(),]*\d[^()]*)\)"
)
_REFERENCE = re.compile(r"\bT(\d+)\b")


def actions(text: str, *, year: int | None = None) -> pd.DataFrame:
    """The action items of a postmortem's text, one row per item in order, columns as in `COLUMNS`.

    ``year`` is for due dates without one. An item that refers to no row of the timeline isn't ``tied``, which alone
    doesn't fail it; a reference to a row that the text's timeline lacks does. Empty where the text has no action items.
    """
    known = {number for number, _, _ in read_rows(text.split("\n"))}
    rows = [_judge(*item, known, year) for item in find_items(text)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype(
        {"line": "int64", **dict.fromkeys(("specific", "assigned", "timeboxed", "tied", "passes"), "bool")}
    )


def find_items(text: str) -> list[tuple[int, str, str, str, str]]:
    """(line, action, owner, due, answers) of each item, as written."""
    found = [
        item
        for table in find_tables(text)
        if (places := _find_columns(table.head, table.heading))
        for item in _read_table(table.rows, places)
    ]
    return found or list(_read_list(text))


def _find_columns(head: Sequence[str], heading: str) -> dict[str, int]:
    places: dict[str, int] = {}
    cells = [read_plain(cell).lower() for cell in head]
    for name, pattern in _HEADS.items():
        taken = set(places.values())
        place = next(
            (at for at, cell in enumerate(cells) if at not in taken and re.search(rf"\b(?:{pattern})", cell)), None
        )
        if place is not None:
            places[name] = place
    is_told = any(
        re.search(r"\b(?:action|task|to-?do|remediation|follow-?up)", cell) for cell in cells
    ) or _SECTION.search(heading)
    return places if is_told and "action" in places and {"owner", "due"} & places.keys() else {}


def _read_table(
    rows: Sequence[tuple[int, tuple[str, ...]]], places: dict[str, int]
) -> Iterator[tuple[int, str, str, str, str]]:
    for line, cells in rows:
        told = {name: read_plain(cells[at]) for name, at in places.items()}
        if any(read_plain(cell) for cell in cells):
            # As written: code marks distinguish a name from a word.
            yield (
                line,
                cells[places["action"]].strip(),
                told.get("owner", ""),
                told.get("due", ""),
                told.get("answers", ""),
            )


def _read_list(text: str) -> Iterator[tuple[int, str, str, str, str]]:
    depth = 0
    for number, line in enumerate(mask_code(text.split("\n")), 1):
        if heading := _HEADING.match(line):
            level = len(heading[1])
            if _SECTION.search(heading[2]):
                depth = level
            elif depth and level <= depth:
                depth = 0
            continue
        bullet = _BULLET.match(line)
        if not depth or not bullet or bullet["text"].rstrip().endswith("?"):
            continue
        item = bullet["text"]
        owner, due = _INLINE_OWNER.search(item), _INLINE_DUE.search(item)
        named = next(filter(None, owner.groups()), "") if owner else ""
        day = next(filter(None, due.groups()), "") if due else ""
        yield number, item, read_plain(named).strip(), read_plain(day).strip(), ""


def _judge(
    line: int, action: str, owner: str, due: str, answers: str, known: set[int], year: int | None
) -> tuple[object, ...]:
    why = []
    plain = read_plain(action)
    if reason := judge_outcome(action if "`" in action else plain):
        why.append(f"not specific: {reason}")
    is_assigned = not _NOBODY.match(owner)
    if not is_assigned:
        why.append(f"not assigned: {f'“{owner}” is nobody' if owner else 'no owner'}")
    said = due or (within[0] if (within := TIMEBOX.search(plain)) else "")
    is_boxed, day, wrong = read_deadline(said, year=year)
    if not is_boxed:
        why.append(f"not timeboxed: {wrong}")
    named = [int(number) for number in _REFERENCE.findall(f"{answers} {plain}")]
    unknown = [number for number in named if number not in known] if known else []
    if unknown:
        why.append(f"not tied: the timeline has no row {', '.join(f'T{number}' for number in unknown)}")
    elif not named and known:
        why.append("names no row of the timeline")
    passes = not reason and is_assigned and is_boxed and not unknown
    tied = bool(named) and not unknown
    return (
        line,
        plain,
        owner,
        due,
        day.isoformat() if day else None,
        ", ".join(f"T{n}" for n in named),
        not reason,
        is_assigned,
        is_boxed,
        tied,
        passes,
        "; ".join(why),
    )
