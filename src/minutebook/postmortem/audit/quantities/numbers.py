"""a sentence → the shares and counts that it states."""

from __future__ import annotations

import re
from collections.abc import Iterator

from minutebook.postmortem.audit.quantities.quantity import Quantity, bound

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_RATIO = re.compile(r"(?<![\w.])(?P<number>\d+(?:\.\d+)?)\s?(?:%|percent\b|per\s?cent\b)", re.IGNORECASE)
_COUNT = re.compile(
    rf"(?<![\w.:/#$€£+−-])(?P<number>{NUMBER})(?:\s?(?P<scale>k|thousand|million|m)\b)?(?![\w:/]|\.\d|,\d|-\w)",
    re.IGNORECASE,
)
#: Words before a status code.
_ANSWER = re.compile(
    r"(?i)\b(?:an?|https?|status(?: code)?|code|returned|returning|answered|got|with|response|served)\s+$"
)


def find_ratios(text: str) -> Iterator[Quantity]:
    """Percentages, as shares."""
    for found in _RATIO.finditer(text):
        decimals = len(found["number"].partition(".")[2])
        yield bound("ratio", text, found.start(), found.end(), float(found["number"]) / 100, 10**-decimals / 100)


def find_counts(text: str) -> Iterator[Quantity]:
    """Whole numbers, and numbers of thousands and millions; not status codes."""
    for found in _COUNT.finditer(text):
        number = found["number"]
        if re.fullmatch(r"[1-5]\d\d", number) and _ANSWER.search(text[max(found.start() - 24, 0) : found.start()]):
            continue
        scale = {"k": 1e3, "thousand": 1e3, "million": 1e6, "m": 1e6}.get((found["scale"] or "").lower(), 1.0)
        value = float(number.replace(",", "")) * scale
        # 1.2k is good to a hundred.
        unit = scale / 10 ** len(number.partition(".")[2]) if scale > 1 else 0.0
        yield bound("count", text, found.start(), found.end(), value, unit)
