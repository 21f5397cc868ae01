"""texts → parts by key=value pairs: logfmt lines, and the tails that loggers put after a message."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from minutebook.records import Records
from minutebook.records.cells import find_fitting, slice_texts
from minutebook.records.letters import BLANKS, read_bytes
from minutebook.records.marks import Marks

_KEY = r"[A-Za-z_@][\w.\-/]*"
_KEY_LETTERS = string.ascii_letters + string.digits + "_.-/@"
#: What languages write for null, unless it's in quotes.
_NOTHING = pa.array(["null", "(null)", "nil", "<nil>", "None"])
#: A duration's unit after a blank: latency=12 ms.
_UNIT = r"(?: (?:ms|us|µs|ns|s)\b)?"
_PAIR = re.compile(rf'(?:^|[\s,;|{{\[(])({_KEY})=("(?:[^"\\]|\\.)*"|[^\s",|]*)')
#: Texts without a ``=`` inside quotes.
_PLAIN = r'^(?:[^"]|"(?:[^"\\=]|\\.)*")*$'
_QUOTED = re.compile(r'(?<![^\s=:,;(\[{])"(?:[^"\\]|\\.)*"')
_HIDDEN = "\ufdd0"  # means no character
_VALUE = r'(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s",|]*{unit}))'
_MAY_BE_CLEANED = np.isin(np.arange(256), list(b"[<(nN"))  # how a value may begin that isn't meant as it's written
_MANY_TEXTS = 500  # from which finding all marks pays


def list_pair_keys(lines: Iterable[str]) -> list[str]:
    """Every key of the pairs in the lines."""
    return list(dict.fromkeys(match.group(1) for line in lines for match in _PAIR.finditer(line)))


def extract_pairs(text: pa.Array, keys: Mapping[str, str]) -> dict[str, pa.Array]:
    """Part → value of its key in each text (``keys``: part → key); null where the text lacks it.

    What's in quotes is a value, whatever it looks like: a quoted message that says ``user_id=ada`` names no user.
    """
    if len(text) < _MANY_TEXTS:
        return _match_pairs(text, keys)
    marks = Marks(text)
    found = {part: _cut_values(text, marks, key, measures=_measures(part)) for part, key in keys.items()}
    if not marks.is_odd.any():
        return found
    is_odd = pa.array(marks.is_odd)
    matched = _match_pairs(text.filter(is_odd), keys)
    return {part: pc.replace_with_mask(values, is_odd, matched[part]) for part, values in found.items()}


def _measures(part: str) -> bool:
    """Whether a part's values may have a unit behind a blank."""
    return part.startswith("duration")


def _cut_values(text: pa.Array, marks: Marks, key: str, *, measures: bool) -> pa.Array:
    """The values of a key, by the marks around them; null in odd texts."""
    value = marks.find(key)
    if value is None:
        return pa.nulls(len(text), pa.string())
    if measures:
        rest = slice_texts(text, np.where(value.is_quoted, value.begin - 1, value.begin), marks.bounds[1:])
        plain, quoted = _split_groups(pc.extract_regex(rest, f"^{_VALUE.format(unit=_UNIT)}"))
        return _clean(plain, quoted, pa.array(value.is_found))
    starts = marks.data[value.begin[value.end > value.begin]]
    if marks.has_brackets or _MAY_BE_CLEANED[starts].any():
        plain, quoted = (
            slice_texts(text, np.where(is_own, value.begin, value.end), value.end)
            for is_own in (~value.is_quoted, value.is_quoted)
        )
        return _clean(plain, quoted, pa.array(value.is_found))
    values = slice_texts(text, value.begin, value.end)
    return values if value.is_found.all() else pc.if_else(pa.array(value.is_found), values, None)


def _match_pairs(text: pa.Array, keys: Mapping[str, str]) -> dict[str, pa.Array]:
    """The same by patterns, whatever is in the texts."""
    text, hides = _hide_quoted(text)
    found = {part: _match_values(text, key, measures=_measures(part)) for part, key in keys.items()}
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


def _match_values(text: pa.Array, key: str, *, measures: bool) -> pa.Array:
    if not pc.any(pc.match_substring(text, f"{key}=")).as_py():
        return pa.nulls(len(text), pa.string())
    name = re.escape(key).replace("\\_", "_")
    value = _VALUE.format(unit=_UNIT if measures else "")
    found = pc.extract_regex(text, rf"(?:^|[\s,;|{{\[(]){name}={value}")
    # struct_field gives "" for rows that didn't match: keep them apart from an empty value.
    return _clean(*_split_groups(found), found.is_valid())


def _split_groups(found: pa.StructArray) -> tuple[pa.Array, pa.Array]:
    return pc.struct_field(found, "plain"), pc.struct_field(found, "quoted")


def _clean(plain: pa.Array, quoted: pa.Array, is_found: pa.Array) -> pa.Array:
    """Values as they were meant: the plain ones, and the quoted where those are empty; null where none was found."""
    if any(pc.any(pc.match_substring(plain, each)).as_py() for each in "})]"):  # around pairs: a{path=/b}:, [user=ada]
        plain = pc.replace_substring_regex(plain, r"^(?:([^{]*)\}|([^\[]*)\]|([^(]*)\)):?$", r"\1\2\3")
    plain = pc.if_else(pc.is_in(plain, _NOTHING), "", plain)
    value = pc.if_else(pc.equal(plain, ""), quoted, plain)
    if pc.any(pc.match_substring_regex(value, r"^[\[<]")).as_py():  # principal=[kim], user=<kim@example.com>
        value = pc.replace_substring_regex(value, r"^(?:\[([^\[\]]*)\]|<([^<>]*)>)$", r"\1\2")
    if pc.any(pc.match_substring(value, "\\")).as_py():
        value = pc.replace_substring_regex(value, r'\\(["\\])', r"\1")
    return pc.if_else(is_found, value, None)


def cut_message(text: pa.Array) -> pa.Array:
    """The text before the first key=value pair; the whole text where there's none."""
    _, bounds = read_bytes(text)
    sign = pc.fill_null(pc.find_substring(text, "="), -1).to_numpy().astype(np.int64)
    begin, at = bounds[:-1], bounds[:-1] + np.maximum(sign, 0)
    before = pc.ascii_rtrim(slice_texts(text, begin, at), _KEY_LETTERS)
    size = pc.binary_length(before).to_numpy()
    has_key = find_fitting(slice_texts(text, begin + size, at).dictionary_encode(), _KEY)
    is_apart = (size == 0) | (pc.binary_length(pc.ascii_rtrim(before, BLANKS)).to_numpy() < size)
    head = pc.ascii_rtrim(before, BLANKS + ",;:")
    is_cut = pc.and_(pa.array((sign >= 0) & has_key & is_apart), pc.not_equal(head, ""))
    return pc.if_else(is_cut, head, text)


def match_logfmt(text: pa.StringArray, keys: Mapping[str, str]) -> Records:
    """Records of the lines that are logfmt: those in which the key of ``time`` is found."""
    parts = extract_pairs(text, keys)
    is_record = parts["time"].is_valid() if "time" in parts else pc.match_substring_regex(text, rf"^{_KEY}=")
    rows = np.flatnonzero(is_record.to_numpy(zero_copy_only=False))
    kept = {part: values.filter(is_record) for part, values in parts.items()}
    return Records(kept, rows, np.zeros(len(rows), np.int64))
