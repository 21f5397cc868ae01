"""a record's message, and the exception that it names → one line."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.columns.texts import change_texts, drop_unknown, plain_texts

#: In Python's tracebacks: what was raised may be told in several lines, of which the first names it.
_BELOW_FRAMES = r"(?s)^.*\n  File [^\n]*\n(?:[ \t][^\n]*\n)*(?P<tail>\S[^\n]{0,500})"


def read_messages(parts: Mapping[str, pa.Array], operation: pa.Array | None) -> pa.Array | None:
    """The message of each record; where one is empty and it's no request, its exception or ``operation``."""
    spare = operation if "status" not in parts else None
    if "message" in parts:
        if "status" in parts:  # what it has in its places, its operation and status say
            parts = {**parts, "message": change_texts(parts["message"], _drop_unfilled)}
        return _with_exception(parts)
    if "exception" not in parts:
        return spare
    nothing = pa.nulls(len(parts["exception"]), pa.string())
    told = _with_exception({"message": nothing, "exception": plain_texts(parts["exception"])})
    return told if spare is None else pc.coalesce(told, plain_texts(spare))


def _with_exception(parts: Mapping[str, pa.Array]) -> pa.Array:
    """The message, followed by the exception that the record names."""
    message = change_texts(parts["message"], _drop_empty)
    kind, text = (_find_any(parts.get(name)) for name in ("exception_type", "exception"))
    if text is None and kind is None:
        return message
    message = plain_texts(message)
    if text is not None:
        # One line only, and no nested object, whose type and message are parts of their own.
        text = pc.if_else(pc.starts_with(text, "{"), None, text)
        text = drop_unknown(_find_line(text)) if len(text) else text
    if kind is not None and text is not None:
        text = pc.coalesce(pc.binary_join_element_wise(kind, text, ": "), text, kind)
    extra = text if text is not None else kind
    assert extra is not None
    told = pc.fill_null(pc.equal(extra, message), False)
    lead = pc.utf8_rtrim(message, ".:")  # of a sentence that the exception goes on from
    joined = pc.binary_join_element_wise(lead, pc.if_else(told, None, extra), ": ")
    return pc.coalesce(joined, message, extra)


def _find_line(texts: pa.Array) -> pa.Array:
    """The line that names each exception: the first, or in Python's tracebacks the one below the last frame."""
    first = pc.extract_regex(texts, r"^\s*(?P<head>[^\r\n]{0,500})").field(0)
    is_traced = pc.fill_null(pc.starts_with(first, "Traceback (most recent call last)"), False)
    if not pc.any(is_traced).as_py():
        return first
    below, last = (
        pc.extract_regex(texts, pattern).field(0) for pattern in (_BELOW_FRAMES, r"\n(?P<tail>\S[^\n]{0,500})\s*$")
    )
    below = pc.if_else(pc.equal(below, ""), None, below)
    return pc.if_else(is_traced, pc.coalesce(below, last, first), first)


def _drop_unfilled(texts: pa.Array) -> pa.Array:
    """The texts without those that are a request's message template, as Serilog's: ``responded {StatusCode} in …``."""
    return pc.if_else(pc.match_substring_regex(texts, r"\{(?:StatusCode|RequestPath)\b"), None, texts)


def _drop_empty(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, ""), None, texts)


def _find_any(texts: pa.Array | None) -> pa.Array | None:
    """The texts, if there's any."""
    return None if texts is None or texts.null_count == len(texts) else plain_texts(texts)
