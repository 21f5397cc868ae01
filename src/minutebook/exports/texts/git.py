"""git's listings of commits and tags → an entry for each."""

from __future__ import annotations

import re
from collections.abc import Sequence

_STAMP = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| ?[+-]\d\d:?\d\d)?"
_COMMIT = re.compile(rf"([0-9a-f]{{7,64}})\t({_STAMP})(?:\t({_STAMP}))?(?:\t([^\t]*))?(?:\t(.*))?")
_BARRED = re.compile(rf"([0-9a-f]{{7,64}}) ?\| ?({_STAMP})(?: ?\| ?([^|]*?))?(?: ?\| ?(.*))?")
_SPACED = re.compile(rf"([0-9a-f]{{40}}) ({_STAMP})(?: (.*))?")
_TAG = re.compile(rf"(?:refs/tags/)?([^\s<>\[\]{{}}|~^:?*\\\\]{{1,200}})[\t ]({_STAMP})(?:[\t ](.*))?")
_NUMBERED = re.compile(r"\d[._\-]\d|^v\d|(?:^|\D)20\d{4,6}(?:\D|$)")
_GIT_BEGIN = re.compile(r"commit ([0-9a-f]{7,64})(?: \(.*\))?$")
_GIT_HEAD = re.compile(r"(Author|AuthorDate|Commit|CommitDate|Date|Merge): +(.*)")
#: Of the lines: so many have to look alike.
_ENOUGH = 0.9


def read_git(lines: Sequence[str]) -> list[tuple[int, int, object]]:
    """``git log --format=%H%x09%cI…`` and ``git for-each-ref --format='%(refname:short) %(creatordate:iso-strict)'``."""
    if blocks := _read_git_log(lines):
        return blocks
    known = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    for pattern, names in (
        (_COMMIT, ("commit_sha", "committed_at", "authored_at", "author", "subject")),
        (_BARRED, ("commit_sha", "committed_at", "author", "subject")),
        (_SPACED, ("commit_sha", "committed_at", "subject")),
        (_TAG, ("git_tag", "tagged_at", "subject")),
    ):
        matches = [(number, match) for number, line in known if (match := pattern.fullmatch(line.strip()))]
        if matches and len(matches) >= _ENOUGH * len(known) and not (pattern is _TAG and _is_log(matches)):
            return [(n, n, {k: v for k, v in zip(names, m.groups(), strict=True) if v}) for n, m in matches]
    return []


def _read_git_log(lines: Sequence[str]) -> list[tuple[int, int, object]]:
    """``git log`` as it comes: commit, Author, Date, and the message further in."""
    found: list[tuple[int, int, object]] = []
    value: dict[str, object] = {}
    for number, line in enumerate(lines, 1):
        if begin := _GIT_BEGIN.match(line):
            value = {"commit_sha": begin[1]}
            found.append((number, number, value))
        elif not found:
            if line.strip():
                return []
        elif head := _GIT_HEAD.match(line):
            # CommitDate is when it landed; Date, when it was written, only counts without one.
            name = {"Author": "author", "Commit": "committer", "CommitDate": "committed_at"}.get(head[1])
            if name is None and head[1].endswith("Date"):
                value["authored_at"] = head[2]
                value.setdefault("committed_at", head[2])
            elif name is not None:
                value[name] = head[2].partition(" <")[0]
        elif line.startswith("    ") and line.strip():
            value.setdefault("subject", line.strip())
            found[-1] = (found[-1][0], number, value)
    return found


def _is_log(matches: Sequence[tuple[int, re.Match[str]]]) -> bool:
    """Whether what looks like tags are lines of a log: one name again and again, or texts after names without a number."""
    if len({match[1] for _, match in matches}) < len(matches):
        return True
    has_text = any(match[3] for _, match in matches)
    return has_text and 2 * sum(bool(_NUMBERED.search(match[1])) for _, match in matches) < len(matches)
