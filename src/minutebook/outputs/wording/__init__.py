"""results → the words for them, the same in every medium: counts, users, windows, the impact as a whole, sources.

Anything with a name, a value and a meaning is a `Row`, which a medium only has to lay out. All text from evidence goes
through `inert.inert_text` here, so that tables can print what they get.
"""

from __future__ import annotations

from typing import TypeAlias

#: (name, value, meaning); where the name is ``#``, the value is a heading.
Row: TypeAlias = tuple[str, str, str]
