"""words → lines of a given width: padded, wrapped, or after a label; widths are in columns, not characters."""

from __future__ import annotations

from minutebook.outputs.inert import measure_width

_LABEL = 8


def pad(text: str, width: int) -> str:
    """The text with spaces behind it, up to that width."""
    return text + " " * max(width - measure_width(text), 0)


def write_entry(label: str, text: str, width: int, *, hang: str = "", painted: str = "") -> list[str]:
    """Lines with the label before the first; the others are indented by ``hang``. ``painted`` is the text in colour."""
    lines = wrap(text, width, " " * _LABEL + hang, first=pad(label, _LABEL))
    if painted and lines:
        lines[0] = lines[0].replace(text, painted)
    return lines


def wrap(text: str, width: int, indent: str, *, first: str | None = None) -> list[str]:
    """Lines of at most ``width`` columns; a word that is longer than a line is cut over lines."""
    lines: list[str] = []
    line, is_empty = indent if first is None else first, True
    for word in text.split():
        while True:
            room = width - measure_width(line) - (0 if is_empty else 1)
            if measure_width(word) <= room:
                line, is_empty = line + ("" if is_empty else " ") + word, False
                break
            if not is_empty:
                lines.append(line)
                line, is_empty = indent, True
                continue
            head = max(room // 2 if not word.isascii() else room, 1)
            lines.append(line + word[:head])
            line, word = indent, word[head:]
    return [*lines, line] if not is_empty else lines
