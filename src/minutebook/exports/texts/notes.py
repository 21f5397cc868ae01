"""people's notes, as Markdown or plain lines (``14:05 called the vendor``) → one value per note."""

from __future__ import annotations

import re
from collections.abc import Sequence

_DAY = r"\d{4}-\d\d-\d\d"
_NOTE = re.compile(
    rf"\s*(?P<bullet>[-*+] +|\| *)?(?:\*\*|`)?(?:(?P<day>{_DAY})[T ])?(?P<clock>[0-2]?\d:[0-5]\d(?P<s>:[0-5]\d)?)"
    r"(?: ?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d))?(?:\*\*|`)?(?:\s*[|–—-]\s*|:\s+|\s+)(?P<text>\S.*)"
)
_HEADING = re.compile(rf"\s*(?:#+ .*|[^|]{{0,40}})?({_DAY})\b[^|]{{0,80}}")
#: At least this share of the lines has to be notes.
_ENOUGH = 0.5


def read_notes(lines: Sequence[str]) -> list[tuple[int, int, object]]:
    """(first line, last line, value) of each note; none where the text isn't notes.

    A time alone is of the day stated above it, in a heading or an earlier note; without one the value has no day, and the
    note is rejected later. Lines without a time continue the note before.
    """
    found: list[tuple[int, int, object]] = []
    day, is_open, others, marked = "", False, 0, 0
    for number, line in enumerate(lines, 1):
        note = _NOTE.fullmatch(line)
        if note:
            day = note["day"] or day
            marked += bool(note["bullet"]) or not note["s"]
            clock = note["clock"].zfill(5) if not note["s"] else note["clock"].zfill(8)
            seconds = "" if note["s"] else ":00"
            zone = "Z" if note["zone"] in ("UTC", "GMT") else note["zone"] or ""
            value: object = {
                "note_time": f"{day}T{clock}{seconds}{zone}" if day else "",
                "note": note["text"].rstrip(" |"),
            }
            found.append((number, number, value))
            is_open = True
        elif heading := _HEADING.fullmatch(line):
            day, is_open = heading[1], False
        elif not line.strip() or line.lstrip().startswith(("#", "|--", "| --", "---")):
            is_open = False
        elif is_open and found and line[:1] in " \t":
            first, _, note_before = found[-1]
            if isinstance(note_before, dict):
                text = f"{note_before['note']} {line.strip()}"
                found[-1] = (first, number, {**note_before, "note": text})
        else:
            others += 1
    # Lines that begin with seconds and no bullet are a log's, not a person's.
    is_notes = bool(found) and 2 * marked > len(found) and len(found) >= _ENOUGH * (len(found) + others)
    has_day = any(isinstance(value, dict) and value["note_time"] for _, _, value in found)
    return found if is_notes and (has_day or others == 0) else []
