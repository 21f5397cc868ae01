"""messages → templates: the same but for their numbers, ids, addresses, paths and quoted values."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

# In this order: what a later one would eat must be masked before it.
_MASKS: tuple[tuple[str, str], ...] = (
    (r'"[^"]{0,300}"|\'[^\']{0,300}\'', "<str>"),
    (r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b", "<id>"),
    (r"\b[a-z][a-z0-9+.\-]{1,20}://[^\s,;\"']+", "<url>"),
    (r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d+)?\b", "<addr>"),
    (r"(^|[\s=:(\[,])(?:/[\w.\-+@%~]+)+/?", "${1}<path>"),
    (r"\b0x[0-9a-fA-F]+\b", "<id>"),
    (r"\b(?:[0-9]+[a-fA-F]|[a-fA-F]+[0-9])[0-9a-fA-F]{5,}\b", "<id>"),
    (r"[+\-]?\d+(?:[.,:]\d+)*", "<n>"),
)


def find_templates(messages: pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    """The template of each message, as a dictionary array; null where the message is."""
    if isinstance(messages, pa.ChunkedArray):
        messages = messages.combine_chunks()
    encoded = messages.dictionary_encode()
    masked = encoded.dictionary
    for pattern, mask in _MASKS:
        masked = pc.replace_substring_regex(masked, pattern, mask.replace("${1}", r"\1"))
    masked = pc.utf8_slice_codeunits(masked, 0, 400)
    return masked.take(encoded.indices).dictionary_encode()
