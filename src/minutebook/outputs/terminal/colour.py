"""text → the same in colour, where a stream shows colours; no meaning depends on them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}


def wants_colour(stream: TextIO, environ: Mapping[str, str] | None = None) -> bool:
    """Whether colour belongs on ``stream``: a terminal, not ``dumb``, and no ``NO_COLOR``."""
    env = os.environ if environ is None else environ
    return not env.get("NO_COLOR") and env.get("TERM") != "dumb" and stream.isatty()


class Paint:
    """Colours text, or leaves it as it is."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, name: str, text: str) -> str:
        """The text in that colour or weight; as it is where ``name`` is empty."""
        return f"\x1b[{_CODES[name]}m{text}\x1b[0m" if self.colour and name and text else text
