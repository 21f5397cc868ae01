"""One known value: an instant, a span, a count or a share, with its bounds by the evidence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """One value that evidence gives: seconds since 1970 for instants, seconds, shares, counts."""

    kind: str  #: time, duration, ratio or count, as in `quantities`
    about: str
    value: float
    low: float
    high: float
    source: str  #: a row, or a place in impact.json
    text: str = ""  #: what it is, in words


def know_span(about: str, seconds: float, slack_s: float, source: str, text: str) -> Known:
    """A duration that is known to within so many seconds."""
    return Known("duration", about, seconds, seconds - slack_s, seconds + slack_s, source, text)


def know_count(about: str, number: float, source: str, text: str = "") -> Known:
    """A count, which is exact."""
    return Known("count", about, float(number), float(number), float(number), source, text or about.replace("_", " "))


def know_share(about: str, share: float, source: str, text: str) -> Known:
    """A share from 0 to 1, which is exact."""
    return Known("ratio", about, share, share, share, source, text)
