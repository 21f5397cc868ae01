"""results → text for a terminal: the summary after a run, and tables that need no manual.

One file per result: `summary` (with rejected lines), `impact`, `sensitivity`, `sources`, `changes` (between two books),
`listing` (small tables, findings); all are laid out with `columns` and `colour`. Text from evidence is inert: escape
sequences and marks that reverse text are shown as their escapes.
"""

from minutebook.outputs.terminal.colour import wants_colour
from minutebook.outputs.terminal.impact import format_impact
from minutebook.outputs.terminal.sensitivity import format_sensitivity
from minutebook.outputs.terminal.sources import format_check
from minutebook.outputs.terminal.summary import format_rejects, format_summary

__all__ = [
    "format_check", "format_impact", "format_rejects", "format_sensitivity", "format_summary", "wants_colour",
]  # fmt: skip
