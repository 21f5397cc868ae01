"""the first documents of a file → the export that they are of, by their keys and never by the file's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from minutebook.exports.formats import ExportFormat
from minutebook.exports.paths import find_all, flatten, has_keys
from minutebook.exports.readings import WHOLE
from minutebook.exports.shapes import name_shape

#: A format has to fit at least this share of the rows.
ENOUGH = 0.4
_SAMPLE = 20

#: Keys of a page beside its list, and keys that hold the list.
_PAGING = frozenset(
    ("limit", "offset", "more", "total", "count", "next", "previous", "page", "pagelen", "size", "per_page", "page_size",
     "pagination", "pagination_meta", "paging", "links", "_links", "meta", "metadata", "took", "requestid", "request_id",
     "status", "version", "nexttoken", "next_page_token", "kind", "apiversion", "total_count", "totalcount", "has_more",
     "ok", "jsonrpc", "id", "current_page_number", "total_pages", "isdone", "failures", "totalevents", "numberofpages",
     "itemsperpage", "totalresults", "lastpagenumber", "itemtype")
)  # fmt: skip
_INSIDE = ("data", "result", "summary", "payload")

#: An API's answer with nothing to list, whichever tool it is from.
EMPTY = ExportFormat("empty", "An export that lists nothing", "note")


class Match(NamedTuple):
    """The export that some documents are of; ``seen`` says in words what they are where it's none."""

    format: ExportFormat | None
    score: float
    runner_up: str | None
    nearest: str | None
    seen: str


def find_rows(document: object, export: ExportFormat) -> list[tuple[object, object]]:
    """(row, the document around it) for all rows in a document, or in each page of a list of documents."""
    for path in export.rows:
        if any(
            has_keys(row, page, export.requires) for row, page in islice(_each_row(document, path, export), _SAMPLE)
        ):
            return list(_each_row(document, path, export))
    return []


def _each_row(document: object, path: str, export: ExportFormat) -> Iterator[tuple[object, object]]:
    for page in flatten(document):
        if export.reading in WHOLE:
            yield page, page
            continue
        for entry in find_all(page, path) if path else [page]:
            for row in flatten(entry):  # lists of lists are pages of pages
                yield row, page


class FirstRows:
    """A document's first rows, by where they stand: many formats look at the same places."""

    def __init__(self, value: object) -> None:
        self._first = list(islice(flatten(value), _SAMPLE))
        self._rows: dict[tuple[str, bool], list[tuple[object, object]]] = {}

    def rows(self, path: str, export: ExportFormat) -> list[tuple[object, object]]:
        """The first (row, page) at the path."""
        place = path, export.reading in WHOLE
        if place not in self._rows:
            self._rows[place] = list(islice(_each_row(self._first, path, export), _SAMPLE))
        return self._rows[place]

    def score(self, export: ExportFormat) -> float:
        """Share of the first rows that have the keys the format asks for."""
        for path in export.rows:
            rows = self.rows(path, export)
            if fitting := sum(has_keys(row, page, export.requires) for row, page in rows):
                return fitting / len(rows)
        return 0.0


def pick_export(values: Sequence[object], formats: Sequence[ExportFormat]) -> Match:
    """The export that the first documents of a file are of; none where no format fits enough of them."""
    known = [value for value in islice(values, _SAMPLE) if value is not None]
    if known and all(value in ([], {}) for value in known):
        return Match(EMPTY, 1.0, None, None, name_shape(known[0]))
    scored = []
    documents = [FirstRows(value) for value in known]
    for order, each in enumerate(formats if known else ()):
        score = sum(document.score(each) for document in documents) / len(documents)
        if score:
            scored.append((-score * each.weight, -len(each.requires), order, score, each))
    scored.sort(key=lambda entry: entry[:3])
    seen = name_shape(known[0] if known else (values[0] if values else None))
    if not scored and known and all(is_empty(value) for value in known):
        return Match(EMPTY, 1.0, None, None, f"{seen}, with nothing in its lists")
    if not scored:
        return Match(None, 0.0, None, None, seen)
    best, runner_up = scored[0], scored[1][4].name if len(scored) > 1 else None
    if best[3] < ENOUGH:
        return Match(None, best[3], None, best[4].name, seen)
    return Match(best[4], min(best[3], 1.0), runner_up, best[4].name, seen)


def is_empty(document: object) -> bool:
    """Whether a document lists nothing: no entries, or an API's page of lists that are all empty."""
    if document in ([], {}):
        return True
    if not isinstance(document, Mapping):
        return False
    lists = [value for key, value in document.items() if isinstance(value, list) and "error" not in str(key).lower()]
    inside = [value for key, value in document.items() if str(key).lower() in _INSIDE and isinstance(value, Mapping)]
    others = [str(key).lower() for key, value in document.items() if value not in lists and value not in inside]
    is_page = all(key in _PAGING for key in others) and not any(lists)
    return is_page and bool(lists or inside) and all(is_empty(value) for value in inside)
