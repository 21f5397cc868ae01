"""The readings that a format may name: how one row, or a whole document, becomes rows of event columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from minutebook.exports.lists import read_usual_names
from minutebook.exports.matrix import read_matrix
from minutebook.exports.rows import Context, Row
from minutebook.exports.tables import read_table
from minutebook.exports.vendors import read_grafana_history, read_launchdarkly, read_octopus

READINGS: Mapping[str, Callable[[object, Context], tuple[list[Row], str]]] = {
    "table": read_table,
    "matrix": read_matrix,
    "usual_names": read_usual_names,
    "octopus": read_octopus,
    "launchdarkly": read_launchdarkly,
    "grafana_history": read_grafana_history,
}
#: readings that take a whole document, not one of its rows
WHOLE = frozenset({"matrix"})
