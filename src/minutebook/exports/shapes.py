"""a document that is no known export → what it is, in words, for the refusal."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from minutebook.names import normalise

_MARKUP = re.compile(r"\s*<(?:!doctype|html|\?xml|\w+[\s>])", re.IGNORECASE)
#: Keys under which an API says why it returns nothing.
_REFUSING = frozenset(
    ("message", "messages", "error", "errors", "errormessages", "documentationurl", "status", "statuscode", "code", "ok",
     "success", "detail", "details", "title", "type", "timestamp", "path", "requestid", "took", "errordescription",
     "errorcode", "errortype", "kind", "apiversion", "metadata", "reason", "result", "jsonrpc", "id", "data")
)  # fmt: skip


def name_shape(value: object) -> str:
    """What a document is, in words, for a refusal."""
    if value is None:
        return "null, or no JSON"
    if isinstance(value, Mapping):
        if error := _find_error(value):
            return f"an error: {error[:160]!r}"
        keys = ", ".join(str(key)[:40] for key in list(value)[:6])
        return f"an object with keys {keys}" if keys else "an empty object"
    if isinstance(value, list):
        return f"a list of {len(value):,} entries" + (f", the first {name_shape(value[0])}" if value else "")
    if isinstance(value, str) and _MARKUP.match(value):
        return "HTML or XML"
    if isinstance(value, str):
        return "a text alone"
    return "true or false alone" if isinstance(value, bool) else "a number alone"


def name_text(text: str) -> str:
    """What a text is that no format fits: markup, or JSON, whole or not; "" for lines of something else."""
    start = text.strip()
    if _MARKUP.match(start):
        return name_shape(start)
    for part in (start, start.partition("\n")[0]):
        try:
            value = json.loads(part)
        except (ValueError, RecursionError):
            continue
        # Lines of JSON are a log's, of which nothing is known but that; a number may be anything.
        is_more = part != start or type(value) in (int, float)
        return "" if is_more else name_shape(value)
    return "JSON that breaks off or is damaged" if re.match(r'(?:\[\s*)?\{\s*"', start) else ""


def _find_error(answer: Mapping[str, object]) -> str:
    """An API's error message in place of records; "" where the object holds more than that."""
    keys = {normalise(str(key)): key for key in answer}
    refuses = {"error", "errors", "errormessages", "documentationurl", "errorcode"} & set(keys) or (
        answer.get("kind") == "Status" or answer.get("ok") is False
    )
    if not refuses or not _REFUSING.issuperset(keys):
        return ""
    for key in ("message", "error", "errors", "errormessages", "detail", "errordescription"):
        said = answer.get(keys.get(key, ""))
        said = said[0] if isinstance(said, list) and said else said
        if isinstance(said, Mapping):
            said = next((said[key] for key in ("message", "detail", "data") if said.get(key)), said)
        if said:
            return str(said)
    return ""
