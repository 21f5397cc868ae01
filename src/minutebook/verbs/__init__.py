"""The public verbs: each a function here, most of them a command of the same name in `cli`.

Read in order: `given` (what verbs take, with `frames`), `events`, `books`, `looking` (plot, report), `knowing` (the
rest).
"""

from minutebook.verbs.books import impact, minutes, orders, reconstruct, sensitivity, timeline, users
from minutebook.verbs.events import read, redact
from minutebook.verbs.knowing import check, formats, init, schema, show
from minutebook.verbs.looking import plot, report

__all__ = [
    "check", "formats", "impact", "init", "minutes", "orders", "plot", "read", "reconstruct", "redact", "report", "schema",
    "sensitivity", "show", "timeline", "users",
]  # fmt: skip
