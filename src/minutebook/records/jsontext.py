"""a text → the JSON value that it is."""

from __future__ import annotations

import json


def load_json(text: str | bytes) -> object:
    """The JSON value of a text; None where it isn't JSON. Numbers too long for Python stay texts."""
    try:
        return DECODER.decode(text) if isinstance(text, str) else json.loads(text, parse_int=_read_integer)
    except (ValueError, RecursionError):
        return None


def _read_integer(digits: str) -> int | str:
    return int(digits) if len(digits) < 1000 else digits


DECODER = json.JSONDecoder(parse_int=_read_integer)  # one for all texts: making one takes longer than most of them
