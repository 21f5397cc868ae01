"""text from evidence → text that does nothing where it's shown: one rule per medium.

Nothing is dropped: characters that could act are written as their escapes (``\\x1b``, ``\\u202e``). Data files (CSV)
escape what a terminal would obey, what reverses text and what a spreadsheet would compute; what people read directly (a
terminal, a figure) also escapes all other invisible characters.
"""

from __future__ import annotations

import html
import re
import unicodedata

# C0 but tab, DEL and C1 (U+009B starts a terminal sequence too), lone surrogates, and the marks that
# turn the text around them (UAX #9): a data file is looked at in a terminal too. Line ends are
# among them: a line of a file is a row, and no text makes one.
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Left as they are by json.dumps, but not harmless to a terminal, a script or a reader's eye.
_JSON_ACTIVE = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
# Marks of CommonMark and of wikis: links by scheme or www, mentions, issues, mathematics.
_MARKDOWN_ACTIVE = re.compile(r"[\\`*_{}\[\]<>#|~$@&^]|(?<=:)/(?=/)|(?<=www)\.", re.IGNORECASE)
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_ELLIPSIS = "…"


def escape_character(character: str) -> str:
    """The escape of one character: ``\\x1b``, ``\\u202e``, ``\\U000e0001``."""
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def escape_controls(text: str) -> str:
    """``text`` for a data file: controls, line ends, lone surrogates and what turns text around, written as escapes."""
    return _CONTROLS.sub(lambda match: escape_character(match[0]), text)


def name_surrogates(text: str) -> str:
    """``text`` that UTF-8 can hold: lone surrogates, which no writer takes, written as escapes."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def escape_invisible(text: str) -> str:
    """``text`` for the eye, in one line: whatever is invisible, moves the cursor or turns text
    around (controls, line ends, bidi marks, zero-width characters) is written as its escape.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        escape_character(character) if unicodedata.category(character) in _INVISIBLE else character
        for character in text
    )


def inert_text(value: object) -> str:
    """`escape_invisible` of a value from evidence; empty for what is no text."""
    return escape_invisible(value) if isinstance(value, str) else ""


def escape_html(text: str) -> str:
    """``text`` for an element or a quoted attribute of HTML: inert to the eye, and none of it is markup."""
    return html.escape(escape_invisible(text), quote=True)


def escape_markdown(text: str) -> str:
    """``text`` within a line or a table's cell of Markdown: no mark of it formats, links or mentions."""
    return _MARKDOWN_ACTIVE.sub(r"\\\g<0>", escape_invisible(text))


def quote_markdown(text: str) -> str:
    """``text`` as a code span of Markdown, whatever backticks it holds; outside of tables."""
    shown = escape_invisible(text)
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    return f"{fence} {shown} {fence}" if fence != "`" else f"`{shown}`"


def escape_json(encoded: str) -> str:
    """JSON text whose strings hold no character that acts: ``\\uXXXX`` instead, meaning the same.
    None of them is one of JSON's own marks, so that whole documents can be given.
    """
    if encoded.isascii() and "\x7f" not in encoded:
        return encoded
    return _JSON_ACTIVE.sub(lambda match: f"\\u{ord(match[0]):04x}", encoded)


def measure_width(text: str) -> int:
    """How many columns of a terminal ``text`` takes: wide characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def shorten(text: str, width: int) -> str:
    """``text`` in at most ``width`` columns, its end replaced by an ellipsis where it's longer."""
    # A heap of combining marks has no width, but is not to be printed without end either.
    if measure_width(text) <= width and len(text) <= 4 * max(width, 1):
        return text
    kept, used = [], 0
    for character in text[: 4 * max(width, 1)]:
        used += measure_width(character)
        if used > width - 1:
            break
        kept.append(character)
    return "".join(kept).rstrip() + _ELLIPSIS if width > 0 else ""
