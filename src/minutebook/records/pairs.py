"""texts → parts by key=value pairs: logfmt lines, and the tails that loggers put after a message."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.records import Records

_KEY = r"[A-Za-z_@][\w.\-/]*"
#: What languages write for null, unless it's in quotes.
_NOTHING = pa.array(["null", "(null)", "nil", "<nil>", "None"])
#: A duration's unit after a blank: latency=12 ms.
_UNIT = r"(?: (?:ms|us|µs|ns|s)\b)?"
_PAIR = re.compile(rf'(?:^|[\s,;|{{])({_KEY})=("(?:[^"\\]|\\.)*"|[^\s",|]*)')
#: Texts without a ``=`` inside quotes.
_PLAIN = r'^(?:[^"]|"(?:[^"\\=]|\\.)*")*$'
_QUOTED = re.compile(r'(?<![^\s=:,;(\[{])"(?:[^"\\]|\\.)*"')
_HIDDEN = "\ufdd0"  # means no character


def list_pair_keys(lines: Iterable[str]) -> list[str]:
    """Every key of the pairs in the lines."""
    return list(dict.fromkeys(match.group(1) for line in lines for match in _PAIR.finditer(line)))


def extract_pairs(text: pa.Array, keys: Mapping[str, str]) -> dict[str, pa.Array]:
    """Part → value of its key in each text (``keys``: part → key); null where the text lacks it.

    What's in quotes is a value, whatever it looks like: a quoted message that says ``user_id=ada`` names no user.
    """
    text, hides = _hide_quoted(text)
    found = {part: _value_of(text, key, measures=part.startswith("duration")) for part, key in keys.items()}
    return {part: pc.replace_substring(value, _HIDDEN, "=") for part, value in found.items()} if hides else found


def _hide_quoted(text: pa.Array) -> tuple[pa.Array, bool]:
    """The texts with each ``=`` inside quotes replaced by another mark, and whether there are any."""
    rows = pc.invert(pc.fill_null(pc.match_substring_regex(text, _PLAIN), True))
    if not pc.any(rows).as_py():
        return text, False
    hidden = [
        _QUOTED.sub(lambda quoted: quoted[0].replace("=", _HIDDEN), line) for line in text.filter(rows).to_pylist()
    ]
    return pc.replace_with_mask(text, rows, pa.array(hidden, text.type)), True


def _value_of(text: pa.Array, key: str, *, measures: bool = False) -> pa.Array:
    if not pc.any(pc.match_substring(text, f"{key}=")).as_py():
        return pa.nulls(len(text), pa.string())
    name = re.escape(key).replace("\\_", "_")
    found = pc.extract_regex(
        text,
        rf'(?:^|[\s,;|{{]){name}=(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s",|]*{_UNIT if measures else ""}))',
    )
    plain, quoted = pc.struct_field(found, "plain"), pc.struct_field(found, "quoted")
    if pc.any(pc.match_substring(plain, "}")).as_py():  # of a span: request{method=GET path=/items}:
        plain = pc.replace_substring_regex(plain, r"^([^{]*)\}:?$", r"\1")
    plain = pc.if_else(pc.is_in(plain, _NOTHING), "", plain)
    value = pc.if_else(pc.equal(plain, ""), quoted, plain)
    if pc.any(pc.match_substring_regex(value, r"^[\[<]")).as_py():  # principal=[kim], user=<kim@example.com>
        value = pc.replace_substring_regex(value, r"^(?:\[([^\[\]]*)\]|<([^<>]*)>)$", r"\1\2")
    if pc.any(pc.match_substring(value, "\\")).as_py():
        value = pc.replace_substring_regex(value, r'\\(["\\])', r"\1")
    # struct_field gives "" for rows that didn't match: keep them apart from an empty value.
    return pc.if_else(found.is_valid(), value, None)


def cut_message(text: pa.Array) -> pa.Array:
    """The text before the first key=value pair; the whole text where there's none."""
    head = pc.extract_regex(text, rf"^(?P<head>[^=]*?)[\s,;:]*(?:\s|^){_KEY}=")
    cut = pc.struct_field(head, "head")
    return pc.coalesce(pc.if_else(pc.not_equal(cut, ""), cut, None), text)


def match_logfmt(text: pa.StringArray, keys: Mapping[str, str]) -> Records:
    """Records of the lines that are logfmt: those in which the key of ``time`` is found."""
    parts = extract_pairs(text, keys)
    is_record = parts["time"].is_valid() if "time" in parts else pc.match_substring_regex(text, rf"^{_KEY}=")
    rows = np.flatnonzero(is_record.to_numpy(zero_copy_only=False))
    kept = {part: values.filter(is_record) for part, values in parts.items()}
    return Records(kept, rows, np.zeros(len(rows), np.int64))
