"""results → the words for them, the same in every medium: counts, users, windows, the impact as a whole, sources.

What is told with a name, a value and a meaning comes as a `Row`, so that a medium only has to set it. Every piece of
text from evidence passes `inert.inert_text` here, so that tables print what they get.
"""

from __future__ import annotations

from typing import TypeAlias

#: (name, value, meaning); where the name is ``#``, the value is a heading.
Row: TypeAlias = tuple[str, str, str]
