"""text → HTML, escaped by construction: only `Html` becomes markup, never a plain `str`."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from minutebook.outputs.inert import escape_html

_VOID = frozenset({"col", "input", "link", "meta"})


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def element(name: str, /, *children: str | None, **attributes: object) -> Html:
    """One element; ``class_`` is the attribute ``class``, ``aria_label`` is ``aria-label``.

    True gives an attribute without a value; False, None and "" leave it out, as None does a child.
    """
    told = "".join(_attribute(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    inside = join(child for child in children if child is not None)
    return Html(f"<{name}{told}>" if name in _VOID else f"<{name}{told}>{inside}</{name}>")


def join(parts: Iterable[str], separator: str = "") -> Html:
    """The parts in one; all that isn't `Html` is escaped."""
    return Html(separator.join(part if isinstance(part, Html) else escape_html(part) for part in parts))


def _attribute(key: str, value: object) -> str:
    if value is None or value is False or value == "":
        return ""
    return f" {key}" if value is True else f' {key}="{escape_html(str(value))}"'


def time_of(time: pd.Timestamp, text: str) -> Html:
    """An instant that machines can read too."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S") + f".{time.microsecond // 1000:03d}Z"
    return element("time", text, datetime=stamp)
