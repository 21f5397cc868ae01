"""lines of Windows' events as XML → records, however the events lie on the lines.

A line may hold several (Event Viewer's "save as XML") or one (wevtutil), or one may span several lines. They are found by
their tags, without an XML parser: only character entities are expanded, and an event that is cut off is no record.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from minutebook.records import Records, no_records

_END = "</Event>"
_STARTS = ("<Event ", "<Event>")
#: Part → the elements that hold it in an event's XML; the first one counts.
_PARTS = {
    "time": re.compile(r"<TimeCreated\s[^<>]*?SystemTime=[\"']([^\"'<>]+)"),
    "level": re.compile(r"<Level>\s*(\d+)\s*</Level>"),
    "service": re.compile(r"<Provider\s[^<>]*?\bName=[\"']([^\"'<>]+)"),
    "host": re.compile(r"<Computer>([^<>]*)</Computer>"),
    "trace": re.compile(r"<Correlation\s[^<>]*?ActivityID=[\"']\{?([^\"'<>{}]+)"),
}
_ID = re.compile(r"<EventID(?:\s[^<>]*)?>\s*(\d+)\s*</EventID>")
_RENDERED = re.compile(r"<Message>([^<]*)</Message>")
#: A named value: the name is an attribute in EventData, an element in UserData.
_VALUE = re.compile(
    r"<(?P<tag>[\w:.-]+)(?:\s+Name=(?P<quote>[\"'])(?P<name>[^<>]*?)(?P=quote)|\s[^<>]*)?>(?P<value>[^<]+)</"
)
_DATA = re.compile(r"<(?:EventData|UserData)\b")


def has_events(text: pa.StringArray) -> bool:
    """Whether a Windows event begins on one of the lines."""
    return any(start in line for line in text.to_pylist() for start in _STARTS)


def read_events(text: pa.StringArray) -> Records:
    """Records of the events that are complete; those of one line share it."""
    lines = text.to_pylist()
    begins = np.concatenate(([0], np.cumsum([len(line) + 1 for line in lines])))
    places, texts = [], []
    for start, stop, event in _cut_events("\n".join(lines)):
        places.append((start, stop - 1))
        texts.append(event)
    if not places:
        return no_records()
    first, last = np.searchsorted(begins, np.array(places), side="right").T - 1
    parts = {
        name: pa.array([_find(pattern, event) for event in texts], pa.string()) for name, pattern in _PARTS.items()
    }
    parts["message"] = pa.array([_tell(event) for event in texts], pa.string())
    return Records(parts, first, np.zeros(len(first), np.int64), last + 1)


def _cut_events(whole: str) -> Iterator[tuple[int, int, str]]:
    """Where each event begins and ends, and its text."""
    before = 0
    while (end := whole.find(_END, before)) >= 0:
        stop = end + len(_END)
        # The last one that begins before: what began earlier was cut.
        start = max(whole.rfind(start, before, end) for start in _STARTS)
        if start >= 0:
            yield start, stop, whole[start:stop]
        before = stop


def _find(pattern: re.Pattern[str], event: str) -> str | None:
    found = pattern.search(event)
    return html.unescape(found[1]).strip() if found else None


def _tell(event: str) -> str:
    """The message as Windows rendered it; without one, the event's number and values."""
    if (rendered := _find(_RENDERED, event)) is not None:
        return " ".join(rendered.split())
    number, data = _find(_ID, event), _DATA.search(event)
    values = []
    for value in _VALUE.finditer(event, data.start()) if data else ():
        name = value["name"] or ("" if value["tag"] == "Data" else value["tag"])
        told = " ".join(html.unescape(value["value"]).split())
        if told:
            values.append(f"{name}={told}" if name else told)
    return f"event {number}" + (f": {', '.join(values)}" if values else "")
