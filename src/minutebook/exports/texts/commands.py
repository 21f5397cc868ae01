"""what commands print for people → rows: aligned columns under a header, lists of releases by Heroku and Capistrano."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Names in capitals, with gaps between them that run through all rows: kubectl, argocd.
_HEADER = re.compile(
    r"[A-Z][A-Z0-9\-/()]*(?: [A-Z0-9\-/()]+)*(?:(?: {2,}|\t+)[A-Z][A-Z0-9\-/()]*(?: [A-Z0-9\-/()]+)*)+\s*"
)
_NAME = re.compile(r"[A-Z][A-Z0-9\-/()]*(?: [A-Z0-9\-/()]+)*")
_CAPISTRANO = re.compile(r"Branch (\S+) \(at ([0-9a-f]{7,40})\) deployed as release (\d{14}) by (.+)")
_CAPISTRANO_BACK = re.compile(r"(.+) rolled back to release (\d{14})")
_STAMP = r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d [+-]\d{4}"
_HEROKU_HEAD = re.compile(r"=+ *(\S+) Releases\b.*")
_HEROKU = re.compile(rf"v(\d+) +(\S.*?) +(\S+@\S+|[\w.\-]+) +({_STAMP})(?: \(.*\))?\s*")


def read_columns(lines: Sequence[str]) -> list[tuple[int, int, object]]:
    """Rows of a table with aligned columns; a line before it that names one thing is added to each row."""
    first = next((at for at, line in enumerate(lines[:3]) if _HEADER.fullmatch(line)), None)
    if first is None or "\t" in lines[first]:
        return []
    names = [(match.start(), match[0]) for match in _NAME.finditer(lines[first])]
    about = {"printed_for": lines[0].strip()} if first and lines[0].strip() else {}
    found: list[tuple[int, int, object]] = []
    for number, line in enumerate(lines[first + 1 :], first + 2):
        if not line.strip():
            continue
        if any(start and start <= len(line) and line[start - 1] != " " for start, _ in names):
            return []  # a cell that runs over its column: the text isn't aligned after all
        ends = [*(start for start, _ in names[1:]), len(line)]
        cells = {name: line[start:end].strip() for (start, name), end in zip(names, ends, strict=True)}
        found.append((number, number, {**about, **cells}))
    return found


def read_heroku(lines: Sequence[str]) -> list[tuple[int, int, object]]:
    """``heroku releases``: version, description, author and time, under a line with the application's name."""
    found: list[tuple[int, int, object]] = []
    name = ""
    for number, line in enumerate(lines, 1):
        if head := _HEROKU_HEAD.fullmatch(line.strip()):
            name = head[1]
        elif match := _HEROKU.fullmatch(line):
            version, told, user, stamp = match.groups()
            value = {"version": version, "description": told, "user": {"email": user}, "created_at": stamp}
            found.append(
                (number, number, {**value, "heroku_release": True, **({"app": {"name": name}} if name else {})})
            )
        elif line.strip():
            return []
    return found


def read_capistrano(lines: Sequence[str]) -> list[tuple[int, int, object]]:
    """``revisions.log``: a release is named by its beginning in UTC; the time of a rollback isn't stated."""
    found: list[tuple[int, int, object]] = []
    for number, line in enumerate(lines, 1):
        if match := _CAPISTRANO.fullmatch(line.strip()):
            branch, sha, release, user = match.groups()
            value = {"capistrano_release": f"{release}Z", "branch": branch, "revision": sha, "user": user}
            found.append((number, number, value))
        elif match := _CAPISTRANO_BACK.fullmatch(line.strip()):
            found.append((number, number, {"capistrano_release": "", "rolled_back_to": match[2], "user": match[1]}))
        elif line.strip():
            return []
    return found
