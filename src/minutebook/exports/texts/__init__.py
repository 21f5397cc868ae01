"""an export's bytes → its documents: JSON in any arrangement, YAML, CSV, and the plain output of a few commands.

Each kind of text has a file. Nothing is executed, and nothing raises: what isn't understood is a document whose value is
the text. `documents` locates the values in the bytes, so that every row can be shown as it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from minutebook.exports.texts.ansible import read_ansible
from minutebook.exports.texts.commands import read_capistrano, read_columns, read_heroku
from minutebook.exports.texts.csv import read_csv
from minutebook.exports.texts.documents import Document, place_lines, place_mappings
from minutebook.exports.texts.git import read_git
from minutebook.exports.texts.json import read_json
from minutebook.exports.texts.markdown import read_markdown_table
from minutebook.exports.texts.nagios import read_nagios
from minutebook.exports.texts.notes import read_notes
from minutebook.exports.texts.yaml import parse_yaml

_SCALAR = re.compile(r"null|true|false|-?\d{1,300}(?:\.\d{1,300})?")
_YAML = re.compile(r"""(?:---|%YAML|[\w./"'-]+:(?:\s|$)|- ?[\w"'./-]+:(?:\s|$))""")
_FIRST_LINES = 20  # among which a table has its header
#: Readers of lines written by commands or people; each gives nothing for other kinds.
_LINE_READERS = (
    read_nagios, read_ansible, read_git, read_heroku, read_capistrano, read_columns, read_markdown_table, read_notes,
)  # fmt: skip

__all__ = ["Document", "parse_documents"]


def parse_documents(content: bytes) -> list[Document]:
    """The documents of an export: each JSON or YAML value, each row of a table, each line of a known command."""
    text = _decode(content)
    start = text.lstrip("\ufeff\x1e \t\r\n")
    whole = [Document(text, 1, 0, len(content))]
    if not start:
        return []
    if start[0] in "{[" and not re.match(r"\[\d{9,11}\] ", start):
        return read_json(text) or whole
    if _SCALAR.fullmatch(start.rstrip()):
        return read_json(text)
    lines = text.split("\n")
    for read in _LINE_READERS:
        if values := read([line.rstrip("\r") for line in lines]):
            return place_lines(values, content)
    if _YAML.match(_find_first(lines)):
        try:
            return place_mappings(parse_yaml(text), content) or whole
        except ValueError:
            return whole
    return place_lines(read_csv(text, _find_first(lines[:_FIRST_LINES])), content) or whole


def _decode(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    text = content.decode("utf-8", "replace")
    # Without a single letter beyond ASCII that is UTF-8, bytes that aren't are what spreadsheets write in Western Europe.
    is_western = "\ufffd" in text and all(each.isascii() or each == "\ufffd" for each in text)
    return content.decode("cp1252", "replace") if is_western else text


def _find_first(lines: Sequence[str]) -> str:
    """The first line that says something."""
    return next((line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
