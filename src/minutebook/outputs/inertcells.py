"""columns of text from evidence → columns that do nothing where a data file is opened: `inert`'s rules, whole arrays at a time."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from minutebook.outputs.inert import escape_controls

_CONTROLS_RE2 = r"[\x00-\x08\x0a-\x1f\x7f-\x{9f}\x{202a}-\x{202e}\x{2066}-\x{2069}]"
# Apostrophes that stand before a formula are doubled too, so that taking one away undoes it.
_FORMULA_RE2 = r"\A'*[=+\-@\t\r\n＝＋－＠]"
#: What `escape_controls_in` or `quieten_formulas` changes, in RE2.
ACTIVE_RE2 = rf"{_CONTROLS_RE2}|{_FORMULA_RE2}"


def escape_controls_in(cells: pa.Array) -> pa.Array:
    """`escape_controls` for an Arrow array of strings, which can't hold lone surrogates."""
    return replace_where(cells, pc.match_substring_regex(cells, _CONTROLS_RE2), escape_controls)


def quieten_formulas(cells: pa.Array) -> pa.Array:
    """Cells that a spreadsheet would compute, with an apostrophe before them: those that begin with
    ``= + - @``, tab, CR or LF, also after apostrophes, so that taking one away gives the cell back.
    """
    acts = pc.match_substring_regex(cells, _FORMULA_RE2)
    return pc.if_else(acts, pc.binary_join_element_wise("'", cells, ""), cells)


def replace_where(cells: pa.Array, mask: pa.Array, change: Callable[[str], str]) -> pa.Array:
    """``cells`` with ``change`` applied where ``mask`` holds: Python for the odd rows only."""
    mask = pc.fill_null(mask, False)
    if not pc.any(mask).as_py():
        return cells
    odd = cells.filter(mask)
    return pc.replace_with_mask(cells, mask, pa.array([change(cell) for cell in odd.to_pylist()], cells.type))
