"""an export's bytes → its documents: JSON in every arrangement, YAML, CSV, and a few commands' plain lines.

Nothing is executed, and nothing raises: what isn't understood is a document whose value is the text.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple

from minutebook.exports.commands import read_capistrano, read_columns, read_heroku
from minutebook.exports.headers import move_zones
from minutebook.exports.markdown import read_markdown_table
from minutebook.exports.notes import read_notes
from minutebook.exports.places import Place, find_places
from minutebook.exports.yaml_text import YamlDocument, parse_yaml


class Document(NamedTuple):
    """One parsed value (JSON, YAML, a CSV row as a dict), and where it stood."""

    value: object
    line: int
    offset: int
    length: int
    places: Mapping[int, Place] = MappingProxyType({})  #: by `id`, of the objects in it: see `places`


#: A number of thousands of digits stays a text, and so does NaN, which is no JSON.
_DECODER = json.JSONDecoder(parse_int=lambda digits: int(digits) if len(digits) < 1000 else digits, parse_constant=str)
_NAGIOS = re.compile(r"\[(\d{9,11})\] (?:(SERVICE|HOST) ALERT: )?(.*)")
_STAMP = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| ?[+-]\d\d:?\d\d)?"
_COMMIT = re.compile(rf"([0-9a-f]{{7,64}})\t({_STAMP})(?:\t({_STAMP}))?(?:\t([^\t]*))?(?:\t(.*))?")
_BARRED = re.compile(rf"([0-9a-f]{{7,64}}) ?\| ?({_STAMP})(?: ?\| ?([^|]*?))?(?: ?\| ?(.*))?")
_SPACED = re.compile(rf"([0-9a-f]{{40}}) ({_STAMP})(?: (.*))?")
_TAG = re.compile(rf"(?:refs/tags/)?([^\s<>\[\]{{}}|~^:?*\\\\]{{1,200}})[\t ]({_STAMP})(?:[\t ](.*))?")
_NUMBERED = re.compile(r"\d[._\-]\d|^v\d|(?:^|\D)20\d{4,6}(?:\D|$)")
_SCALAR = re.compile(r"null|true|false|-?\d{1,300}(?:\.\d{1,300})?")
_GIT_BEGIN = re.compile(r"commit ([0-9a-f]{7,64})(?: \(.*\))?$")
_GIT_HEAD = re.compile(r"(Author|AuthorDate|Commit|CommitDate|Date|Merge): +(.*)")
_HEADER = re.compile(r'[\w \-./()"#]+(?:[,;\t][\w \-./()"#]*)+')
_YAML = re.compile(r"""(?:---|%YAML|[\w./"'-]+:(?:\s|$)|- ?[\w"'./-]+:(?:\s|$))""")
_ENOUGH = 0.9


def parse_documents(content: bytes) -> list[Document]:
    """The documents of an export: each JSON or YAML value, each row of a table, each line of a known command."""
    text = _decode(content)
    start = text.lstrip("\ufeff\x1e \t\r\n")
    whole = [Document(text, 1, 0, len(content))]
    if not start:
        return []
    if start[0] in "{[" and not re.match(r"\[\d{9,11}\] ", start):
        return _read_json(text) or whole
    if _SCALAR.fullmatch(start.rstrip()):
        return _read_json(text)
    lines = text.split("\n")
    for read in (_read_nagios, _read_git, read_heroku, read_capistrano, read_columns, read_markdown_table, read_notes):
        if values := read([line.rstrip("\r") for line in lines]):
            return _place(values, content)
    if _YAML.match(_first_line(lines)):
        try:
            return _place_yaml(parse_yaml(text), content) or whole
        except ValueError:
            return whole
    return _place(_read_table(text), content) or whole


def _place_yaml(documents: Sequence[YamlDocument], content: bytes) -> list[Document]:
    """Documents, each with the place of every mapping in it."""
    ends = [0, *accumulate(len(line) + 1 for line in content.split(b"\n"))]
    found = []
    for document in documents:
        places = {
            name: Place(first, ends[first - 1], max(ends[last] - ends[first - 1] - 1, 0))
            for name, (first, last) in document.spans.items()
        }
        own = places.get(id(document.value)) or Place(document.line, ends[document.line - 1], 0)
        if not own.length:  # a list, or a scalar: up to the end of what's in it
            stop = max((place.offset + place.length for place in places.values()), default=len(content))
            own = own._replace(length=max(stop - own.offset, 0))
        found.append(Document(document.value, own.line, own.offset, own.length, places))
    return found


def _decode(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8", "replace")


def _first_line(lines: Sequence[str]) -> str:
    return next((line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")), "")


def _place(values: Sequence[tuple[int, int, object]], content: bytes) -> list[Document]:
    """Documents of values that stand in the lines from one number to another, both counted from 1."""
    ends = [0, *accumulate(len(line) + 1 for line in content.split(b"\n"))]
    last = len(ends) - 1
    return [
        Document(value, a, ends[min(a, last) - 1], ends[min(b, last)] - ends[min(a, last) - 1] - 1)
        for a, b, value in values
    ]


def _read_json(text: str) -> list[Document]:
    """One value, values one after the other (pages, streams, RFC 7464), or one a line."""
    try:
        value = _DECODER.decode(text.strip("\ufeff \t\r\n"))
    except (ValueError, RecursionError):
        return _read_stream(text) or _read_lines(text)
    return [Document(value, 1, 0, len(text.encode("utf-8", "replace")), find_places(text, value))]


def _read_stream(text: str) -> list[Document]:
    found: list[Document] = []
    place, line, offset = 0, 1, 0
    while True:
        gap = re.compile(r"[\s,\x1e\ufeff]*").match(text, place)
        begin = gap.end() if gap else place
        line += text.count("\n", place, begin)
        offset += len(text[place:begin].encode("utf-8", "replace"))
        if begin >= len(text):
            return found
        try:
            value, end = _DECODER.raw_decode(text, begin)
        except (ValueError, RecursionError):
            return []
        length = len(text[begin:end].encode("utf-8", "replace"))
        found.append(Document(value, line, offset, length))
        line += text.count("\n", begin, end)
        offset, place = offset + length, end


def _read_lines(text: str) -> list[Document]:
    """JSON lines of which some are damaged: a value of None, unless none can be read."""
    found, offset = [], 0
    for number, line in enumerate(text.split("\n"), 1):
        length = len(line.encode("utf-8", "replace"))
        if line.strip():
            try:
                value = _DECODER.decode(line.strip())
            except (ValueError, RecursionError):
                value = None
            found.append(Document(value, number, offset, length))
        offset += length + 1
    return found if any(document.value is not None for document in found) else []


def _read_nagios(lines: Sequence[str]) -> list[tuple[int, int, object]]:
    """The log of Nagios, Icinga, Naemon, Shinken: ``[epoch] SERVICE ALERT: host;service;STATE;HARD;n;text``."""
    found: list[tuple[int, int, object]] = []
    is_nagios = False
    for number, line in enumerate(lines, 1):
        match = _NAGIOS.fullmatch(line.strip())
        if not match:
            if line.strip():
                return []
            continue
        epoch, target, rest = match.groups()
        value: dict[str, object] = {"nagios_time": epoch, "nagios_entry": target or rest.partition(":")[0]}
        if target:
            is_nagios = True
            service = ["service"] if target == "SERVICE" else []
            names = ["host", *service, "state", "type", "attempt", "output"]
            # The plugin's own text may contain the separator.
            value |= dict(zip(names, rest.split(";", len(names) - 1), strict=False))
        found.append((number, number, value))
    return found if is_nagios else []


def _read_git(lines: Sequence[str]) -> list[tuple[int, int, object]]:
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
            # CommitDate is when it landed; Date is when it was written, unless there's nothing else.
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
    """Whether what looks like tags are lines of a log: a name again and again, or texts behind names without a number."""
    if len({match[1] for _, match in matches}) < len(matches):
        return True
    has_text = any(match[3] for _, match in matches)
    return has_text and 2 * sum(bool(_NUMBERED.search(match[1])) for _, match in matches) < len(matches)


def _read_table(text: str) -> list[tuple[int, int, object]]:
    """CSV, with commas, semicolons or tabs, under a header: each row a dict of texts."""
    first = _first_line(text.split("\n", 20)[:20]).lstrip("\ufeff")
    delimiter = next((mark for mark in ("\t", ",", ";") if mark in first), None)
    if delimiter is None or not _HEADER.fullmatch(first):
        return []
    return list(_read_rows(text.lstrip("\ufeff"), delimiter))


def _read_rows(text: str, delimiter: str) -> Iterator[tuple[int, int, object]]:
    # Quotes may hold newlines; an open one ends with the file, and its row is told as it is.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header: list[str] = []
    before = 0
    try:
        for row in reader:
            begin, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in row) or row[0].startswith("#"):
                continue
            if not header:
                header = [name.strip() for name in row]
                continue
            cells = {name: cell.strip() for name, cell in zip(header, row, strict=False) if name}
            yield begin, before, move_zones(cells)
    except csv.Error:
        return
