"""messages → templates: the same but for their numbers, ids, addresses, paths and quoted values.

A template is a function of its message alone, so it doesn't matter in which batch or order messages come.
Every value gets the same mask: an id that happens to be all digits, or a host given by its address, must not make
another template.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

MASK = "<*>"
_LONGEST = 400  # characters of a template
_READ = 2000  # characters of a message that are read: a megabyte in one word must not cost minutes

_VERBS = "(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE) "

# Who acts is a value too. A bare word can only be recognised as a name by what is around it.
_ACTOR_KEYS = (
    "(?i:user|login|logname|account|customer|client|tenant|owner|actor|principal|session|host|rhost|ruser|hostname|node|pod)"
    "(?i:[_.-]?(?:id|name))?"
)
_ADMISSION = r"\b(?i:session|password|publickey|log[io]n|auth\w*|access|permission)(?: [a-z]+){0,2} for "
_ACTORS = (
    rf"(\b{_ACTOR_KEYS}=)[^\s,;)\]}}]+"
    rf"|(\b(?i:invalid|unknown|illegal) user |{_ADMISSION}user )[^\s,;:)\]]+"
    rf"|({_ADMISSION}|\buser )\S+( from \[?[\da-f:]*[\d:])"
)

# Classes are named much like hosts (com.example.net.Pool), but go on: a last group checks where a host ends.
_DOMAIN = r"\.(?:com|net|org|edu|gov|local|localdomain|internal|lan|corp|arpa|au|br|ca|cn|de|eu|fr|jp|mx|nl|ru|uk|us)"
_NEWER_DOMAIN = r"\.(?:io|dev|cloud|app)"  # also in names of libraries: only with two names before it
_LABEL = r"(?:[\w\-]|<\*>)+"
_HOST = (
    rf"(?:{_LABEL}(?:\.{_LABEL})*{_DOMAIN}(?:\.[a-z]{{2}})?|{_LABEL}(?:\.{_LABEL})+{_NEWER_DOMAIN})"
    r"(?::<\*>)?(\.*(?:[^\w.\-]|$))"
)

# One pass for all; at each place the first match counts.
_VALUES = "|".join(
    (
        r"[A-Za-z][A-Za-z\d+.\-]*://[^\s,;\"'<>)\]]+",  # URLs
        r"[\w.+\-]+@(?:[\w\-]+\.)+[A-Za-z]+",  # mail addresses
        r"\b[\dA-Fa-f]{1,4}(?::[\dA-Fa-f]{0,4}){3,}(?:%\w+)?",  # IPv6 and MAC addresses
        r"\b[\dA-Fa-f]{8}-[\dA-Fa-f]{4}-[\dA-Fa-f]{4}-[\dA-Fa-f]{4}-[\dA-Fa-f]{12}\b",
        r"\b[A-Za-z]:\\[^\s,;\"'<>)\]]+",  # paths
        r"\B(?:\.{1,2}|~)?/(?:[/.@%+*#~$=&?!\-]*\w|:\d)+/?",
        r"\b\w[\w.\-]*(?:/[\w.\-]+){2,}",
        r"\b\w[\w.\-]*/[\w.\-]+\.[A-Za-z]{1,5}\b",
        r"\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* +\d+\b",
        # Numbers with their unit, and words from their first digit on: 12.5 ms, 10.0.0.1:80, 00:06:12,120, ssh2, 3f2e-9a.
        r"(?:[+\-]|\b[A-Fa-f]+)?\d\w*(?:[._@%+*#~/\\\-]+\w*\d\w*|[:,]+\d\w*)*(?:%| ?(?:[KMGTP]i?B|B|[mun]s|s)\b)?",
        r"\b(?:[A-Fa-f]{8,}|[A-Za-z]+\d+[A-Za-z]+\d[A-Za-z\d]*)\b",  # ids without a sign of their own
    )
)
# (a sign that the pattern may match, the pattern, its replacement), in this order.
_MASKS = (
    ("  ", " {2,}", " "),
    ('"', rf'"({_VERBS})?[^"]*"', rf'"\1{MASK}"'),
    # Apostrophes: an opening quote follows no word, a closing one precedes none.
    ("'", r"\B'(?:[^']|'\w)*?'\B", f"'{MASK}'"),
    ("`", "`[^`]*`", f"`{MASK}`"),
    ("=|user |for ", _ACTORS, rf"\1\2\3{MASK}\4"),
    (r"[\d/\\@]|[A-Fa-f]{8}", _VALUES, MASK),
    (rf"{_DOMAIN}|{_NEWER_DOMAIN}", _HOST, rf"{MASK}\1"),
    (r"<\*>[\s,;|]*<\*>", r"<\*>(?:[\s,;|]*<\*>)+", MASK),
)


def find_templates(messages: pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    """The template of each message, as a dictionary array; null where the message is."""
    if isinstance(messages, pa.ChunkedArray):
        messages = messages.combine_chunks()
    encoded = messages.dictionary_encode()
    masked = pc.utf8_slice_codeunits(encoded.dictionary, 0, _READ)
    for sign, pattern, mask in _MASKS:
        masked = _replace(masked, sign, pattern, mask)
    found = pc.utf8_slice_codeunits(masked, 0, _LONGEST).dictionary_encode()
    return pa.DictionaryArray.from_arrays(found.indices.take(encoded.indices), found.dictionary)


def _replace(texts: pa.Array, sign: str, pattern: str, mask: str) -> pa.Array:
    """Texts with the pattern masked; those without its sign, often most of them, are skipped."""
    has_sign = pc.match_substring_regex(texts, sign)
    signed = texts.filter(has_sign)
    if not len(signed):
        return texts
    return pc.replace_with_mask(texts, has_sign, pc.replace_substring_regex(signed, pattern, mask))
